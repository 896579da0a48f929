"""Each flow's numbers of the day: how often it ran, and what went wrong (CloudWatch's ContactFlowErrors and
ContactFlowFatalErrors, reference/connect/metrics.md section 4). Counted from completed records. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

Record = Mapping[str, Any]


class FlowNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """One flow, one day. errors: error branches taken; fatal: ended by a fault of the box; lacking: actions among the
    errors that this box can't do (cloud, channel, substitute, type), by kind."""

    started: int = 0
    errors: int = 0
    fatal: int = 0
    lacking: Mapping[str, int] = msgspec.field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """For the status."""
        named = {"started": self.started, "ContactFlowErrors": self.errors, "ContactFlowFatalErrors": self.fatal}
        return {**named, "lacking": dict(self.lacking)}


def with_flows(numbers: Mapping[str, FlowNumbers], record: Record) -> dict[str, FlowNumbers]:
    """`numbers` by flow, with the flows of one more record."""
    details = record.get("Linekeeper") or {}
    counted = dict(numbers)
    died = _died_in(details)
    for place, flow in enumerate(details.get("Flows") or ()):
        before = counted.get(flow["Flow"], FlowNumbers())
        counted[flow["Flow"]] = _with_run(before, flow, died=place == died)
    return counted


def _with_run(before: FlowNumbers, flow: Mapping[str, Any], *, died: bool) -> FlowNumbers:
    lacking = dict(before.lacking)
    errors = 0
    for step in flow.get("Path") or ():
        errors += bool(step.get("Error"))
        if kind := step.get("Lacking"):
            lacking[kind] = lacking.get(kind, 0) + 1
    return FlowNumbers(
        started=before.started + 1,
        errors=before.errors + errors,
        fatal=before.fatal + (died or bool(flow.get("Fatal"))),
        lacking=lacking,
    )


def _died_in(details: Mapping[str, Any]) -> int:
    """The place of the flow in which the contact's process died, -1 for none."""
    open_flows = [place for place, flow in enumerate(details.get("Flows") or ()) if not flow.get("Outcome")]
    died = details.get("MediaFailed") and details.get("PreDisconnectState") == "IN_FLOW"
    return open_flows[-1] if died and open_flows else -1
