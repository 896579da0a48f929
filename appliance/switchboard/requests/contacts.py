"""Contacts and recordings."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from appliance.switchboard.requests.base import Arguments, Digits, DispositionCode, Limit, Name


class ContactDisposition(Arguments, frozen=True, kw_only=True):
    """`agent`: who says so; None: whoever was on the contact."""

    contact: str
    code: DispositionCode
    agent: Name | None = None


class ContactNote(Arguments, frozen=True, kw_only=True):
    contact: str
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    agent: Name | None = None


class ContactList(Arguments, frozen=True, kw_only=True):
    """`open` True: only those under way; else all."""

    limit: Limit = 50
    open: bool | None = None


class ContactNamed(Arguments, frozen=True, kw_only=True):
    contact: str


class RecordingPolicySet(Arguments, frozen=True, kw_only=True):
    """Of one queue or one agent. `policy`: flow (as the flow says), always (unless the flow says no), never."""

    policy: Literal["flow", "always", "never"]
    queue: Name | None = None
    agent: Name | None = None


class ContactPark(Arguments, frozen=True, kw_only=True):
    """Parks the customer of `contact`; `orbit` None: where there is room."""

    contact: str
    orbit: Digits | None = None


class RecordingList(Arguments, frozen=True, kw_only=True):
    limit: Limit = 1000


class ContactDial(Arguments, frozen=True, kw_only=True):
    """Click-to-dial: the phone of `agent` rings, then `number` (as dialled there) is called; `queue`: on whose behalf,
    with its caller id and after-contact work."""

    agent: Name
    number: Annotated[str, msgspec.Meta(pattern=r"^\+?[0-9]{1,20}$")]
    queue: Name | None = None


class ContactMonitor(Arguments, frozen=True, kw_only=True):
    """`supervisor`: whose phone rings, or who listens already; `mode`: listen, whisper (to the agent), barge (heard by
    all)."""

    contact: str
    supervisor: Name
    mode: Literal["listen", "whisper", "barge"] = "listen"


class ContactTakeOver(Arguments, frozen=True, kw_only=True):
    """`supervisor`, who listens already, talks with the customer; the agent leaves."""

    contact: str
    supervisor: Name


class ContactCommand(Arguments, frozen=True, kw_only=True):
    """`command`: hold, resume, mute, unmute (both of `leg`), transfer, consult (both of `target`), toggle, conference,
    complete, drop, digits (`digits`, keys 0-9*#), pause-recording, resume-recording, hangup."""

    contact: str
    command: str
    leg: str | None = None
    target: str | None = None
    digits: Annotated[str, msgspec.Meta(pattern=r"^[0-9*#]{1,64}$")] | None = None
