"""What an INVITE from the edge says: who calls, what was dialled, by which way it came. Pure.

The edge strips X-Linekeeper-* headers of strangers and sets its own, so they can be believed here. Everything else was
written by a stranger: each pattern is anchored and reads its text once, so that no message takes long to read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from appliance.ids import ContactId

_REQUEST_LINE = re.compile(r"INVITE\s+(\S*)", re.IGNORECASE)
_FOLD = re.compile(r"\r?\n[ \t]+")  # RFC 3261 §7.3.1
_LINE_END = re.compile(r"[\r\n]")
_BODY = re.compile(r"\r?\n\r?\n")
_NAME = re.compile(r"[\w-]+", re.ASCII)
_SOURCE = re.compile(r"[\w:.+-]+", re.ASCII)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_URI = re.compile(r"\s*+<?\s*+(?:sips?:([^@>\s]*+)@|tel:([^>\s]*+))", re.IGNORECASE)
_COMPACT = {"f": "From", "t": "To"}  # RFC 3261 §7.3.3
_KEPT = frozenset({"p-asserted-identity", "p-charge-info", "from", "to", "isup-oli", "jip", "diversion"})
JOIN_USER = "join-"  # user part of the URI, followed by the secret
_CONTACT = re.compile(r"[0-9a-f-]{36}")
_LONGEST = 128
_LONGEST_VALUE = 1024
# pjsua2 gives bytes that are no UTF-8 as lone surrogates: old phones mean Latin-1, the rest means nothing
_REPLACED = {code: "\ufffd" for code in range(0xD800, 0xE000)} | {0xDC00 + code: chr(code) for code in range(160, 256)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """`source` is "extension:<number>" or "trunk:<name>"; `caller` the user part of From; `headers` for $.Media.Sip.

    consulting: the contact whose talker consults us through its process; None for a call of a phone or trunk."""

    dialled: str
    source: str
    caller: str
    caller_name: str
    headers: dict[str, str]
    consulting: ContactId | None = None

    @property
    def from_trunk(self) -> bool:
        return not self.source.startswith("extension:")

    @property
    def extension(self) -> str | None:
        """The calling extension, None from a trunk."""
        return None if self.from_trunk else self.source.partition(":")[2]


def read_invite(message: str) -> Invite:
    """Reads a whole SIP message. What is missing is empty; an INVITE without a source counts as a trunk's."""
    head = _FOLD.sub(" ", _BODY.split(message.translate(_REPLACED), maxsplit=1)[0])
    first, *lines = _LINE_END.split(head)
    line = _REQUEST_LINE.match(first)
    headers = _headers(lines)
    caller, name = _sender(headers.get("from", ("", ""))[1])
    source = headers.get("x-linekeeper-source", ("", ""))[1]
    asking = headers.get("x-linekeeper-contact", ("", ""))[1] if "x-linekeeper-as" in headers else ""
    return Invite(
        consulting=ContactId(asking) if _CONTACT.fullmatch(asking) else None,
        dialled=_user(line[1]) if line else "",
        source=source if _SOURCE.fullmatch(source) else "trunk:unknown",
        caller=caller,
        caller_name=name,
        headers={spelt: value[:_LONGEST_VALUE] for key, (spelt, value) in headers.items() if key in _KEPT},
    )


def join_secret(message: str) -> str:
    """What another contact process proves itself with, "" where it says nothing such (`joining`)."""
    line = _REQUEST_LINE.match(message)
    user = _user(line[1]) if line else ""
    return user.removeprefix(JOIN_USER) if user.startswith(JOIN_USER) else ""


def related_contact(message: str) -> ContactId | None:
    """Whose contact process sends this INVITE; None for a phone's."""
    head = _BODY.split(message, maxsplit=1)[0]
    found = _headers(_LINE_END.split(head)[1:]).get("x-linekeeper-contact", ("", ""))[1]
    return ContactId(found) if _CONTACT.fullmatch(found) else None


def _headers(lines: list[str]) -> dict[str, tuple[str, str]]:
    """Lower-case name → (name, value); of several of one name the first counts."""
    found: dict[str, tuple[str, str]] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = _COMPACT.get(name.strip().lower(), name.strip())
        if colon and _NAME.fullmatch(name):
            found.setdefault(name.lower(), (name, value.strip()))
    return found


def _sender(value: str) -> tuple[str, str]:
    """User and display name of a name-addr or addr-spec (RFC 3261 §20.20)."""
    if quoted := _QUOTED.match(value):
        return _user(value[quoted.end() :]), re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL)[:_LONGEST]
    name, bracket, rest = value.partition("<")
    if not bracket:
        return _user(value), ""
    return _user(rest), name.strip()[:_LONGEST]


def _user(uri: str) -> str:
    """The user part of a SIP URI or the number of a tel URI (RFC 3966), without parameters and password."""
    found = _URI.match(uri)
    if found is None:
        return ""
    return unquote(re.split("[;:]", found[1] or found[2] or "", maxsplit=1)[0])[:_LONGEST]
