"""Asks a gateway whether it is there: OPTIONS by UDP (RFC 3261 §11), any answer will do. Pure text; no socket here."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ANSWER = re.compile(rb"SIP/2\.0 [1-6][0-9]{2} ")
_CALL_ID = re.compile(rb"^(?:Call-ID|i)\s*:\s*(\S+)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question. token: unlike any other's; port: where we listen, on `address`."""

    host: str
    port: int
    own_address: str
    own_port: int
    token: str

    def message(self) -> bytes:
        own = f"{self.own_address}:{self.own_port}"
        lines = (
            f"OPTIONS sip:{self.host}:{self.port} SIP/2.0",
            f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{self.token};rport",
            "Max-Forwards: 1",
            f"From: <sip:linekeeper@{own}>;tag={self.token}",
            f"To: <sip:{self.host}:{self.port}>",
            f"Call-ID: {self.token}",
            "CSeq: 1 OPTIONS",
            "User-Agent: Linekeeper",
            "Content-Length: 0",
        )
        return "\r\n".join((*lines, "", "")).encode("ascii")

    def is_answer(self, data: bytes) -> bool:
        """A final or provisional answer to this very question."""
        found = _CALL_ID.search(data[:4096])
        return _ANSWER.match(data) is not None and found is not None and found[1] == self.token.encode("ascii")
