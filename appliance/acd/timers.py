"""Named alarms in a heap: set, cancel, and take what is due in the order of time, then name. Reads no clock."""

from __future__ import annotations

import enum
import heapq

TimerKey = tuple["TimerKind", str, str]


class TimerKind(enum.StrEnum):
    """What an alarm is for; the two names that follow it in a key are given here."""

    LEASE = "lease"  # contact, "": the open offer of the contact is over
    CLAIM = "claim"  # agent, contact: a restored offer whose contact never came back
    PAUSE = "pause"  # contact, "": the ringing that ended has surely stopped
    RIPE = "ripe"  # contact, "": the contact has waited long enough for further agents, or a step has expired
    DUE = "due"  # contact, "": a scheduled contact waits from now on
    WRAP_UP = "wrap_up"  # agent, contact: after-contact work has reached its limit


class Timers:
    """A cancelled or replaced alarm stays in the heap until its time and is skipped then."""

    def __init__(self) -> None:
        self._due: dict[TimerKey, float] = {}
        self._heap: list[tuple[float, TimerKey]] = []

    def set(self, key: TimerKey, due: float) -> None:
        """At `due` (seconds, scale of `now`), instead of any earlier setting of `key`."""
        if self._due.get(key) != due:
            self._due[key] = due
            heapq.heappush(self._heap, (due, key))

    def cancel(self, key: TimerKey) -> None:
        self._due.pop(key, None)

    def next_due(self) -> float | None:
        self._drop_stale()
        return self._heap[0][0] if self._heap else None

    def pop(self, now: float) -> TimerKey | None:
        """The first alarm due at `now`, removed; None if there is none."""
        self._drop_stale()
        if not self._heap or self._heap[0][0] > now:
            return None
        _, key = heapq.heappop(self._heap)
        del self._due[key]
        return key

    def _drop_stale(self) -> None:
        heap = self._heap
        while heap and self._due.get(heap[0][1]) != heap[0][0]:
            heapq.heappop(heap)
