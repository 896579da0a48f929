"""Each queue's and flow's numbers of the day, by the rules of `appliance.metrics`. Pure.

Counted when a contact's record is complete. The day is handed in: it is the box's calendar day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.ids import QueueId
from appliance.metrics.asked import Value
from appliance.metrics.catalogue import all_wanted
from appliance.metrics.contact_facts import contact_facts
from appliance.metrics.flow_runs import FlowRun, flow_runs
from appliance.metrics.replay import Tally

Record = Mapping[str, Any]
SHOWN = {
    "CONTACTS_QUEUED": "queued",
    "CONTACTS_HANDLED": "handled",
    "CONTACTS_ABANDONED": "abandoned",
    "SUM_CONTACTS_ANSWERED_IN_20": "answered_in_20s",
    "SERVICE_LEVEL_20": "service_level_20s_pct",
    "AVG_QUEUE_ANSWER_TIME": "avg_queue_answer_time_s",
}
_HANDLE = "AVG_HANDLE_TIME"
_WANTED = all_wanted([*SHOWN, _HANDLE])


class QueueNumbers:
    """One queue, one day."""

    def __init__(self) -> None:
        self._tally = Tally(_WANTED)

    def add(self, record: Record) -> None:
        """One more contact of the queue."""
        self._tally.add(contact_facts(record))

    @property
    def queued(self) -> int:
        return self._tally.count("queued")

    @property
    def handle_s(self) -> float | None:
        """Mean handle time."""
        return self._tally.values()[_HANDLE]

    def shown(self) -> dict[str, Value]:
        """For the status: counts and the two ratios."""
        values = self._tally.values()
        return {name: _rounded(values[label]) for label, name in SHOWN.items()}


class FlowNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """One flow, one day. errors: error branches taken; fatal: ended by a fault of the box; lacking: actions among the
    errors that this box can't do (cloud, channel, substitute, type), by kind."""

    started: int = 0
    errors: int = 0
    fatal: int = 0
    lacking: Mapping[str, int] = msgspec.field(default_factory=dict)

    def plus(self, run: FlowRun) -> FlowNumbers:
        """With one more run."""
        lacking = dict(self.lacking)
        for kind in run.lacking:
            lacking[kind] = lacking.get(kind, 0) + 1
        return FlowNumbers(
            started=self.started + 1, errors=self.errors + run.errors, fatal=self.fatal + run.fatal, lacking=lacking
        )

    def shown(self) -> dict[str, Any]:
        """For the status, with CloudWatch's names for what went wrong."""
        named = {"started": self.started, "ContactFlowErrors": self.errors, "ContactFlowFatalErrors": self.fatal}
        return {**named, "lacking": dict(self.lacking)}


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
        for run in flow_runs(record):
            self._flows[run.flow] = self._flows.get(run.flow, FlowNumbers()).plus(run)
        name = (record.get("Queue") or {}).get("Name")
        if name:
            self._queues.setdefault(name, QueueNumbers()).add(record)

    def of(self, queue: QueueId, day: str) -> QueueNumbers:
        """The queue's numbers of `day`."""
        return self._queues.get(queue, QueueNumbers()) if day == self._day else QueueNumbers()

    def of_flows(self, day: str) -> dict[str, FlowNumbers]:
        """The numbers of `day` by flow."""
        return dict(self._flows) if day == self._day else {}


def _rounded(value: Value) -> Value:
    return round(value, 1) if isinstance(value, float) else value
