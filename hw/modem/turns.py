"""Who may speak on a line that carries voice one way at a time: we, as long as we have something to say. Pure.

What we say while the modem turns around is kept and heard late, rather than lost: a prompt has its first word. When we
have been silent for a while the other side is heard again. Its keys are heard in both directions.
"""

from __future__ import annotations

from hw.line.g711 import to_samples
from hw.modem.voice import RATE

LOUD = 260  # peak, of 32768: -42 dBFS; below it is a pause
PATIENCE = round(0.6 * RATE)  # samples of a pause before the other side is heard
LONGEST_KEPT = 2 * RATE


class Turns:
    """Of one call. `speak`: voice should go out now."""

    def __init__(self) -> None:
        self.speak = False
        self._quiet = 0
        self._kept = bytearray()

    def said(self, mulaw: bytes) -> None:
        """Voice of ours, a frame or more."""
        if _is_loud(mulaw):
            self.speak, self._quiet = True, 0
        else:
            self._quiet += len(mulaw)
            self.speak = self.speak and self._quiet < PATIENCE
        if self.speak:
            self._kept += mulaw
            del self._kept[: max(0, len(self._kept) - LONGEST_KEPT)]

    def take(self) -> bytes:
        """Everything that was said and not taken yet."""
        kept = bytes(self._kept)
        self._kept.clear()
        return kept


def _is_loud(mulaw: bytes) -> bool:
    samples = to_samples(mulaw)
    return bool(samples) and (max(samples) >= LOUD or min(samples) <= -LOUD)
