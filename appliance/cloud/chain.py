"""The hash chain over a box's events: each link takes in the one before, so one head vouches for all of them.

    head(0) = SHA-256("linekeeper-chain-1" 0x00 box id)        head(n) = SHA-256(head(n-1) SHA-256(event n))

Two sides with the same head at the same number have the same events in the same order. A box whose chain forks is a
clone, or was restored from a copy.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

import msgspec

from appliance.cloud.errors import MalformedError

_POSITION = re.compile(r"^(0|[1-9][0-9]{0,15}):([0-9a-f]{64})$")


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Everything up to and including event `seq`; `head`: 64 hexadecimal digits."""

    seq: int
    head: str

    def __str__(self) -> str:
        """As it stands in a header: `17:9f86d0…`."""
        return f"{self.seq}:{self.head}"


def genesis(box: str) -> Position:
    """Before a box's first event."""
    return Position(seq=0, head=hashlib.sha256(b"linekeeper-chain-1\0" + box.encode()).hexdigest())


def follow(position: Position, events: Iterable[bytes]) -> Position:
    """After these events, the first of which has the number `position.seq + 1`."""
    head, seq = bytes.fromhex(position.head), position.seq
    for event in events:
        head = hashlib.sha256(head + hashlib.sha256(event).digest()).digest()
        seq += 1
    return Position(seq=seq, head=head.hex())


def parse_position(text: str) -> Position:
    """The inverse of `str(position)`. Raises MalformedError."""
    found = _POSITION.match(text)
    if found is None:
        raise MalformedError(f"{text[:100]!r} is no chain position; it looks like 17:<64 hexadecimal digits>")
    return Position(seq=int(found[1]), head=found[2])
