"""Deadlines of a contact process: a heap that its one loop asks how long it may sleep.

Knows nothing of SIP or media. Times are CLOCK_BOOTTIME seconds.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable


class Timer:
    """One deadline; `cancel()` may be called at any time and twice."""

    __slots__ = ("action", "deadline")

    def __init__(self, deadline: float, action: Callable[[], None] | None) -> None:
        self.deadline = deadline
        self.action = action

    def cancel(self) -> None:
        self.action = None


class Timers:
    """Deadlines in order; `run_due` fires those that have passed."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._heap: list[tuple[float, int, Timer]] = []
        self._count = itertools.count()

    def after(self, delay_s: float, action: Callable[[], None]) -> Timer:
        """Call `action` once, `delay_s` seconds from now at the earliest."""
        timer = Timer(self._now() + delay_s, action)
        heapq.heappush(self._heap, (timer.deadline, next(self._count), timer))
        return timer

    def wait_s(self, longest: float) -> float:
        """Seconds until the next deadline, at most `longest`, at least 0."""
        while self._heap and self._heap[0][2].action is None:
            heapq.heappop(self._heap)
        if not self._heap:
            return longest
        return max(0.0, min(longest, self._heap[0][0] - self._now()))

    def run_due(self) -> None:
        """Fire what is due now; actions added meanwhile wait for the next turn unless due already."""
        while self._heap and self._heap[0][0] <= self._now():
            timer = heapq.heappop(self._heap)[2]
            action, timer.action = timer.action, None
            if action is not None:
                action()

    def clear(self) -> None:
        """Forget every deadline (the contact they belonged to is over)."""
        self._heap.clear()
