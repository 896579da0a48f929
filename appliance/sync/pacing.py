"""How much may be sent now: a token bucket, shared by everything that sends. Pure: time comes in, in seconds.

The limit holds over any stretch longer than `BURST_S`; what is sent late isn't made up for.
"""

from __future__ import annotations

BURST_S = 1.0


class Pace:
    """bytes_per_s: None for no limit; it may be changed at any time (quiet hours)."""

    def __init__(self, bytes_per_s: float | None, now: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._tokens = self._most
        self._at = now

    @property
    def bytes_per_s(self) -> float | None:
        return self._bytes_per_s

    def limit(self, bytes_per_s: float | None, now: float) -> None:
        """From now on."""
        self._fill(now)
        self._bytes_per_s = bytes_per_s
        self._tokens = min(self._tokens, self._most)

    def delay_s(self, size: int, now: float) -> float:
        """Take `size` bytes; how long to wait before they are sent. Larger pieces than a burst are lent."""
        if self._bytes_per_s is None:
            return 0.0
        self._fill(now)
        self._tokens -= size
        return max(0.0, -self._tokens / self._bytes_per_s)

    @property
    def _most(self) -> float:
        return (self._bytes_per_s or 0.0) * BURST_S

    def _fill(self, now: float) -> None:
        if self._bytes_per_s is not None:
            self._tokens = min(self._most, self._tokens + max(0.0, now - self._at) * self._bytes_per_s)
        self._at = now
