"""A ring out of what a DAA's ring-detect pin does: it toggles with the ringing current (16 to 68 Hz). Pure.

A single edge is no ring: a relay that clicks, lightning or a dialling telephone beside us make some as well. EDGES of
them within WINDOW_S do; the ring is over after PAUSE_S of quiet, so that the two beats of a double ring (British
cadence, 0.4 s on, 0.2 s off) count as one.
"""

from __future__ import annotations

from collections import deque

EDGES = 6
WINDOW_S = 0.3
PAUSE_S = 0.6


class RingDetector:
    """Times in seconds on one scale."""

    def __init__(self) -> None:
        self._edges: deque[float] = deque(maxlen=EDGES)
        self._ringing = False

    def edge(self, now: float) -> bool:
        """The pin has changed. Whether a ring begins just now."""
        if self._edges and now - self._edges[-1] > PAUSE_S:
            self._edges.clear()
            self._ringing = False
        self._edges.append(now)
        if self._ringing or len(self._edges) < EDGES or now - self._edges[0] > WINDOW_S:
            return False
        self._ringing = True
        return True
