"""How late deliveries have been, and for how long that is remembered. Pure; the clock is passed in.

The worst of the last minute counts in full. What is older counts for ten minutes, but never more than a delay that
nobody notices: a machine that stalls every other minute is ruptured by it once, and one that stalled badly once doesn't
delay everybody for long.
"""

from __future__ import annotations

from collections import deque

RECENT_S, LONG_S = 60.0, 600.0
LONG_MOST_S = 0.030  # with the rest of the way still less than the 60 ms that we may add
FORGET_S = 0.004  # a second: no faster than a buffer can be read faster, so that nothing has to be cut
_STEP_S = 1.0


class Lateness:
    """Seconds. worst: what has to be reckoned with now."""

    def __init__(self) -> None:
        self._now = 0.0  # the worst of this second
        self._minute = 0.0  # and of this minute
        self._second_ends = self._minute_ends = 0.0
        self._recent: deque[float] = deque(maxlen=round(RECENT_S / _STEP_S))
        self._older: deque[float] = deque(maxlen=round(LONG_S / RECENT_S))
        self._remembered = 0.0

    @property
    def worst(self) -> float:
        return max(self._now, self._remembered)

    def notice(self, late_s: float, now: float) -> None:
        """late_s: nothing and less is not late."""
        self._now = max(self._now, late_s)
        if now >= self._second_ends:
            self._end_second(now)

    def _end_second(self, now: float) -> None:
        self._second_ends = now + _STEP_S
        self._recent.append(self._now)
        self._minute, self._now = max(self._minute, self._now), 0.0
        if now >= self._minute_ends:
            self._minute_ends = now + RECENT_S
            self._older.append(self._minute)
            self._minute = 0.0
        long_ago = max(*self._older, self._minute)
        slowly = self._remembered - FORGET_S
        self._remembered = max(*self._recent, min(LONG_MOST_S, long_ago), slowly)
