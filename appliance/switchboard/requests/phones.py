"""Extensions, groups, names, mailboxes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from appliance.switchboard.requests.base import (
    Arguments,
    Caller,
    Digits,
    Label,
    Limit,
    MaybeDigits,
    Name,
    Password,
    Ring,
    Target,
)


class ExtensionAdd(Arguments, frozen=True, kw_only=True):
    """Adds an extension or gives it a new password; `password` None: a random one is made."""

    extension: Digits
    name: Label | None = None
    password: Password | None = None


class ExtensionRemove(Arguments, frozen=True, kw_only=True):
    extension: Digits


class ExtensionSet(Arguments, frozen=True, kw_only=True):
    """How an extension wants to be reached; what is None stays as it was. `always`, `busy`, `no_answer`: a forward's
    target (`appliance.dialplan.groups`), "" for none. `ring_s`: how long it rings before `no_answer`."""

    extension: Digits
    do_not_disturb: bool | None = None
    always: Target | None = None
    busy: Target | None = None
    no_answer: Target | None = None
    ring_s: Ring | None = None
    outside: bool | None = None
    pickup_group: Label | None = None


class GroupAdd(Arguments, frozen=True, kw_only=True):
    """Adds or changes a ring group; what is None stays as it was. `strategy`: all, order, round-robin, longest-idle."""

    group: Name
    number: Digits | None = None
    strategy: str | None = None
    members: tuple[Target, ...] | None = None
    ring_s: Ring | None = None
    fallback: Target | None = None
    label: Label | None = None


class GroupNamed(Arguments, frozen=True, kw_only=True):
    group: Name


class DirectoryAdd(Arguments, frozen=True, kw_only=True):
    """Adds names of outside numbers (any notation of the region), or changes them. `replace`: the others go."""

    names: dict[Annotated[str, msgspec.Meta(min_length=1, max_length=40)], Caller]
    replace: bool = False


class DirectoryNumber(Arguments, frozen=True, kw_only=True):
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class DirectorySearch(Arguments, frozen=True, kw_only=True):
    """`text` in a name or number; all of them by default."""

    text: Label = ""
    limit: Limit = 100


class MailboxAdd(Arguments, frozen=True, kw_only=True):
    """Adds or changes a mailbox; what is None stays as it was. One of agent, queue and extension is the owner; none:
    whoever has the mailbox's name. longest_s: of a message; number: what is keyed in to listen, "" for none."""

    mailbox: Name
    agent: Name | None = None
    queue: Name | None = None
    extension: Digits | None = None
    longest_s: Annotated[float, msgspec.Meta(ge=5, le=3600)] | None = None
    number: MaybeDigits | None = None


class MailboxNamed(Arguments, frozen=True, kw_only=True):
    mailbox: Name


class MailboxPin(Arguments, frozen=True, kw_only=True):
    """`pin` None: one is made."""

    mailbox: Name
    pin: str | None = None

    def __repr__(self) -> str:
        return f"MailboxPin(mailbox={self.mailbox!r})"


class MailboxGreeting(Arguments, frozen=True, kw_only=True):
    """`prompt`: what callers hear, "": the box's own words."""

    mailbox: Name
    prompt: Label = ""


class VoicemailList(Arguments, frozen=True, kw_only=True):
    """Of one mailbox or of all."""

    mailbox: Name | None = None


class VoicemailMark(Arguments, frozen=True, kw_only=True):
    voicemail: str
    state: Literal["new", "saved", "deleted"]
