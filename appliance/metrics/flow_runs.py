"""Runs of flows as a contact record has them, with their terms and what CloudWatch counts of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from appliance.metrics.contact_facts import Record, contact_facts
from appliance.metrics.instants import maybe_second_of, second_of


class FlowRun(msgspec.Struct, frozen=True, kw_only=True):
    """`ended` None: nobody saw its end (the contact process died), so it counts with the contact.

    errors: error branches taken; fatal: ended by a fault of the box; lacking: actions among the errors that this box
    can't do, by kind."""

    contact: str
    flow: str
    started: int
    counted: int
    ended: int | None = None
    outcome: str | None = None
    errors: int = 0
    fatal: bool = False
    lacking: tuple[str, ...] = ()
    method: str = ""
    channel: str = "VOICE"


def flow_runs(record: Record) -> Iterator[FlowRun]:
    """Those of one record, of feature codes' contacts none."""
    facts = contact_facts(record)
    if facts.service:
        return
    box = record.get("Linekeeper") or {}
    died = _died_in(box)
    for place, flow in enumerate(box.get("Flows") or ()):
        path = flow.get("Path") or ()
        ended = maybe_second_of(flow.get("EndTimestamp"))
        yield FlowRun(
            contact=facts.contact,
            flow=flow["Flow"],
            started=second_of(flow["StartTimestamp"]),
            counted=facts.counted if ended is None else ended,
            ended=ended,
            outcome=flow.get("Outcome"),
            errors=sum(bool(step.get("Error")) for step in path),
            fatal=bool(flow.get("Fatal")) or place == died,
            lacking=tuple(step["Lacking"] for step in path if step.get("Lacking")),
            method=facts.method,
            channel=facts.channel,
        )


def _died_in(box: Mapping[str, Any]) -> int:
    """The place of the flow in which the contact's process died, -1 for none."""
    unfinished = [place for place, flow in enumerate(box.get("Flows") or ()) if not flow.get("Outcome")]
    died = box.get("MediaFailed") and box.get("PreDisconnectState") == "IN_FLOW"
    return unfinished[-1] if died and unfinished else -1


TERMS: Mapping[str, Callable[[FlowRun], float | None]] = {
    "started": lambda one: 1,
    "ended": lambda one: 1 if one.ended is not None else None,
    "run_time": lambda one: max(0, one.ended - one.started) if one.ended is not None else None,
    "errors": lambda one: one.errors,
    "fatal": lambda one: 1 if one.fatal else None,
}
