"""What an INVITE from the edge says: who calls, what was dialled, by which way it came. Pure.

The edge strips X-Linekeeper-* headers of strangers and sets its own, so they can be believed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

_REQUEST_LINE = re.compile(r"INVITE\s+sips?:([^@;>\s]*)@", re.IGNORECASE)
_SOURCE = re.compile(r"^X-Linekeeper-Source:\s*([\w:.+-]+)\s*$", re.MULTILINE | re.IGNORECASE)
_FROM = re.compile(
    r"^(?:From|f)\s*:\s*(?:\"((?:[^\"\\]|\\.)*)\"\s*|([^<\"\r\n]*?)\s*)<?sips?:([^@;>\s]*)@",
    re.MULTILINE | re.IGNORECASE,
)
_HEADER = re.compile(r"^([\w-]+)\s*:\s*(.*?)\s*$", re.MULTILINE)
_KEPT = frozenset({"p-asserted-identity", "p-charge-info", "from", "to", "isup-oli", "jip", "diversion"})
_LONGEST = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """`source` is "extension:<number>" or "trunk:<name>"; `caller` the user part of From; `headers` for $.Media.Sip."""

    dialled: str
    source: str
    caller: str
    caller_name: str
    headers: dict[str, str]

    @property
    def from_trunk(self) -> bool:
        return not self.source.startswith("extension:")

    @property
    def extension(self) -> str | None:
        """The calling extension, None from a trunk."""
        return None if self.from_trunk else self.source.partition(":")[2]


def read_invite(message: str) -> Invite:
    """Reads a whole SIP message. What is missing is empty; an INVITE without a source counts as a trunk's."""
    line = _REQUEST_LINE.match(message)
    source = _SOURCE.search(message)
    sender = _FROM.search(message)
    name = (sender[1] or sender[2] or "") if sender else ""
    return Invite(
        dialled=unquote(line[1])[:_LONGEST] if line else "",
        source=source[1] if source else "trunk:unknown",
        caller=unquote(sender[3])[:_LONGEST] if sender else "",
        caller_name=re.sub(r"\\(.)", r"\1", name)[:_LONGEST],
        headers={
            found[1]: found[2]
            for found in _HEADER.finditer(message.partition("\r\n\r\n")[0])
            if found[1].lower() in _KEPT
        },
    )
