"""How much voice a modem may be given: as much as it gave us, and a little ahead. Pure.

Both directions of a modem run on one 8 kHz clock, so what has come in says how much of what went out has been played.
Following it keeps the modem's buffer short without a clock of our own, and keeps both directions together far below
the 30.4 kB/s at which a CX930xx breaks (measured by the modec project; µ-law both ways takes 16).
"""

from __future__ import annotations

AHEAD = 320  # samples: 40 ms; more is only delay, with fewer a late read would let the modem run dry
MOST_AHEAD = 960  # 120 ms, for a modem that ran dry
AWAITED = 160  # 20 ms: so much less, while the next voice is awaited
KEYS_AHEAD = 1600  # 200 ms: of keys, which a gap would make two of, while nobody minds the delay


class Pacing:
    """Of one voice stream. ahead: samples that the modem has been given and has not played."""

    def __init__(self) -> None:
        self.ahead = 0
        self._aim = AHEAD

    @property
    def room(self) -> int:
        """How much may be sent now at most."""
        return max(0, self._aim - self.ahead)

    @property
    def surplus(self) -> int:
        """How much more the modem has than is usual as the next voice comes; below nothing: less."""
        return self.ahead - (self._aim - AWAITED)

    @property
    def room_for_keys(self) -> int:
        """The same for what must not break off."""
        return max(0, KEYS_AHEAD - self.ahead)

    def need(self, *, voice_flows: bool) -> int:
        """How much must be sent now, if only silence."""
        return max(0, self._aim - (AWAITED if voice_flows else 0) - self.ahead)

    def ran_dry(self) -> None:
        """We were later than it can bear: from now on it is given more."""
        self._aim = min(MOST_AHEAD, self._aim + AWAITED)

    def sent(self, samples: int) -> None:
        self.ahead += samples

    def received(self, samples: int) -> None:
        """Below nothing it doesn't go: what the modem ran short of isn't sent later."""
        self.ahead = max(0, self.ahead - samples)
