"""Voice that a modem carries both ways at once, in blocks for an echo canceller. Pure.

The hybrid's echo comes back through the modem; none of the chips takes it out (both manuals of `models` say so, and
neither has a command for it). What was heard and what was played come in pairs of one clock, cut anywhere.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from hw.line.g711 import to_samples

BLOCK = 160  # samples: 20 ms


class Blocks:
    """Of one stream."""

    def __init__(self) -> None:
        self._heard = bytearray()
        self._played = bytearray()

    def feed(self, heard: bytes, played: bytes) -> Iterator[tuple[array[int], array[int]]]:
        """µ-law in, both as long; whole blocks of samples out, as they get full."""
        self._heard += heard
        self._played += played
        while len(self._heard) >= BLOCK:
            yield to_samples(bytes(self._heard[:BLOCK])), to_samples(bytes(self._played[:BLOCK]))
            del self._heard[:BLOCK], self._played[:BLOCK]
