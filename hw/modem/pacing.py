"""How much voice a modem may be given: as much as it gave us, and a little ahead. Pure.

Both directions of a modem run on one 8 kHz clock, so what has come in says how much of what went out has been played.
Following it keeps the modem's buffer short without a clock of our own, and keeps both directions together far below
the 30.4 kB/s at which a CX930xx breaks (measured by the modec project; µ-law both ways takes 16).
"""

from __future__ import annotations

LEAST_AHEAD = 320  # samples: 40 ms; with fewer a late read would let the modem run dry
MOST_AHEAD = 640  # 80 ms; more is only delay
KEYS_AHEAD = 1600  # 200 ms: of keys, which a gap would make two of, while nobody minds the delay


class Pacing:
    """Of one voice stream, in samples."""

    def __init__(self) -> None:
        self._ahead = 0

    @property
    def room(self) -> int:
        """How much may be sent now at most."""
        return max(0, MOST_AHEAD - self._ahead)

    @property
    def room_for_keys(self) -> int:
        """The same for what must not break off."""
        return max(0, KEYS_AHEAD - self._ahead)

    @property
    def need(self) -> int:
        """How much must be sent now, if only silence."""
        return max(0, LEAST_AHEAD - self._ahead)

    def sent(self, samples: int) -> None:
        self._ahead += samples

    def received(self, samples: int) -> None:
        """Below nothing it doesn't go: what the modem ran short of isn't sent later."""
        self._ahead = max(0, self._ahead - samples)
