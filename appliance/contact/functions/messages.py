"""What a contact process and the functions service say to each other: lines of JSON over a Unix stream socket.

The contact process sleeps in pjsua2's loop; after each answer the service therefore also sends the datagram
`appliance.contact.protocol.WAKE` to the SIP port that the question names. Pure data.
"""

from __future__ import annotations

from typing import Any

import msgspec

LONGEST_LINE = 1 << 20  # bytes; an event carries 32 KB of attributes and as much of parameters


class Invoke(msgspec.Struct, frozen=True, kw_only=True):
    """Contact process → service. `deadline_s`: when an answer must be back (clock.monotonic_s)."""

    id: int
    wake: int  # UDP port on 127.0.0.1
    contact: str
    function: str
    deadline_s: float
    event: dict[str, Any]
    response_type: str = "STRING_MAP"
    asynchronous: bool = False


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """Service → contact process. `result` None: it failed, `reason` is for people, `told` for the flow's error branch.
    `age_s`: the result is the last good answer, that old; None: it is fresh."""

    id: int
    result: dict[str, Any] | None = None
    reason: str = ""
    tries: int = 0
    took_s: float = 0.0
    age_s: float | None = None
    told: dict[str, str] | None = None


_encoder = msgspec.json.Encoder()
_invoke = msgspec.json.Decoder(Invoke)
_answered = msgspec.json.Decoder(Answered)


def encode_line(message: Invoke | Answered) -> bytes:
    """The line, newline included."""
    return _encoder.encode(message) + b"\n"


def decode_invoke(line: bytes) -> Invoke:
    """Raises msgspec.DecodeError or RecursionError for a line that is none of ours."""
    return _invoke.decode(line)


def decode_answered(line: bytes) -> Answered:
    """Raises msgspec.DecodeError or RecursionError for a line that is none of ours."""
    return _answered.decode(line)
