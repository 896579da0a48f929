"""Each queue's and flow's numbers of the day, queues by the rules of reference/connect/metrics.md section 1. Pure.

Counted when a contact's record is complete. PreDisconnectState, which Connect's record lacks, is the one under
`Linekeeper`. The day is handed in: it is the box's calendar day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.ids import QueueId
from appliance.switchboard.flow_numbers import FlowNumbers, with_flows

LEVEL_S = 20  # "answered in 20 s": strictly less
Record = Mapping[str, Any]


class QueueNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """One queue, one day; seconds are sums over the contacts that the average is of."""

    queued: int = 0
    handled: int = 0
    abandoned: int = 0
    answered_in_level: int = 0
    removed_in_level: int = 0
    answer_time_s: int = 0
    answer_times: int = 0

    @property
    def service_level_pct(self) -> float | None:
        """SERVICE_LEVEL: removed from the queue in time / queued; abandons inside the limit count as met."""
        return round(100.0 * self.removed_in_level / self.queued, 1) if self.queued else None

    @property
    def avg_queue_answer_time_s(self) -> float | None:
        """AVG_QUEUE_ANSWER_TIME over answered contacts."""
        return round(self.answer_time_s / self.answer_times, 1) if self.answer_times else None

    def shown(self) -> dict[str, float | int | None]:
        """For the status: counts and the two ratios."""
        return {
            "queued": self.queued,
            "handled": self.handled,
            "abandoned": self.abandoned,
            "answered_in_20s": self.answered_in_level,
            "service_level_20s_pct": self.service_level_pct,
            "avg_queue_answer_time_s": self.avg_queue_answer_time_s,
        }


def with_record(numbers: QueueNumbers, record: Record) -> QueueNumbers:
    """`numbers` with one more contact of the queue; a record without an enqueue time changes nothing."""
    queue = record.get("Queue") or {}
    if not queue.get("EnqueueTimestamp"):
        return numbers
    duration: int | None = queue.get("Duration")
    handled, known = _handled(record), duration is not None
    in_time = duration is not None and duration < LEVEL_S
    return QueueNumbers(
        queued=numbers.queued + 1,
        handled=numbers.handled + handled,
        abandoned=numbers.abandoned + _abandoned(record),
        answered_in_level=numbers.answered_in_level + (handled and in_time),
        removed_in_level=numbers.removed_in_level + in_time,
        answer_time_s=numbers.answer_time_s + (duration or 0 if handled else 0),
        answer_times=numbers.answer_times + (handled and known),
    )


def _handled(record: Record) -> bool:
    return bool((record.get("Agent") or {}).get("ConnectedToAgentTimestamp"))


def _abandoned(record: Record) -> bool:
    """enq AND NOT conn AND NOT next AND NOT (pds = IN_QUEUE AND tct)."""
    state = (record.get("Linekeeper") or {}).get("PreDisconnectState")
    transferred = state == "IN_QUEUE" and bool(record.get("TransferCompletedTimestamp"))
    return not _handled(record) and not record.get("NextContactId") and not transferred


class TodaysNumbers:
    """All queues and flows of one day; a later day begins at nothing."""

    def __init__(self, day: str) -> None:
        self._day = day
        self._queues: dict[QueueId, QueueNumbers] = {}
        self._flows: dict[str, FlowNumbers] = {}

    def add(self, day: str, record: Record) -> None:
        """Count a completed record of calendar day `day` (`2026-11-22`); one of an earlier day is left out, and one of
        what the box served to a phone inside (feature codes)."""
        if day > self._day:
            self._day, self._queues, self._flows = day, {}, {}
        if day < self._day:
            return
        if (record.get("Linekeeper") or {}).get("Service"):
            return
        self._flows = with_flows(self._flows, record)
        name = (record.get("Queue") or {}).get("Name")
        if name:
            self._queues[name] = with_record(self._queues.get(name, QueueNumbers()), record)

    def of(self, queue: QueueId, day: str) -> QueueNumbers:
        """The queue's numbers of `day`."""
        return self._queues.get(queue, QueueNumbers()) if day == self._day else QueueNumbers()

    def of_flows(self, day: str) -> dict[str, FlowNumbers]:
        """The numbers of `day` by flow."""
        return dict(self._flows) if day == self._day else {}
