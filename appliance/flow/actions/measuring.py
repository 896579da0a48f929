"""Actions that look before they branch: queue and agent figures, hours of operation."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.flow.actions.control import by_label
from appliance.flow.actions.queues import Target, target_of
from appliance.flow.commands import MeasureMetrics
from appliance.flow.conditions import first_true, number
from appliance.flow.events import FlowEvent, MetricsFailed, MetricsMeasured, TimerExpired
from appliance.flow.model import Action
from appliance.flow.row import Dynamic, Kind, row, takes
from appliance.flow.run import DONE, Result, Run, Waits, chosen, failed
from appliance.flow.state import Pending, WaitingFor

NO_MATCH = "NoMatchingCondition"
MEASURE_S = 5.0
_KEYS = {
    "NumberOfAgentsAvailable": "Agents.Available.Count",
    "NumberOfAgentsStaffed": "Agents.Staffed.Count",
    "NumberOfAgentsOnline": "Agents.Online.Count",
    "OldestContactInQueueAgeSeconds": "Queue.OldestContactAge",
    "NumberOfContactsInQueue": "Queue.Size",
}
_IN_MILLISECONDS = "OldestContactInQueueAgeSeconds"  # its operands are, whatever the name says (reference section 3)


class Measuring(Pending, frozen=True, kw_only=True):
    """Figures are awaited."""


def _working_target(run: Run, action: Action) -> Target | None:
    """The queue or agent named by the action, else the working queue."""
    if action.parameter("QueueId") is not None or action.parameter("AgentId") is not None:
        return target_of(run, action)
    facts = run.facts
    if facts.queue is None and facts.target_agent is None:
        return None
    return Target(queue=facts.queue, agent=facts.target_agent)


def _measure(run: Run, action: Action) -> Result:
    target = _working_target(run, action)
    if target is None:
        return failed(detail="there is no queue to measure; set QueueId or a working queue")
    run.say(MeasureMetrics(queue=target.queue, agent=target.agent))
    return Waits(WaitingFor.METRICS, Measuring(), run.now + MEASURE_S)


def _measured(_run: Run, _action: Action, _pending: Pending, event: FlowEvent) -> Result | None:
    """The machine has put the figures into `$.Metrics` already."""
    if isinstance(event, MetricsMeasured):
        return DONE
    return _unmeasured(event)


def _unmeasured(event: FlowEvent) -> Result | None:
    if isinstance(event, MetricsFailed):
        return failed(detail=event.reason)
    return failed(detail="no figures in time") if isinstance(event, TimerExpired) else None


def _check_metric(run: Run, action: Action) -> Result:
    if run.text(action.parameter("MetricType")) not in _KEYS:
        return failed(detail=f"MetricType {action.parameter('MetricType')!r} is unknown")
    return _measure(run, action)


def _metric_checked(run: Run, action: Action, _pending: Pending, event: FlowEvent) -> Result | None:
    """An update of the contact's position may come unasked; it is not the answer."""
    if not isinstance(event, MetricsMeasured):
        return _unmeasured(event)
    if event.values and all(key.startswith("Contact.") for key in event.values):
        return None
    metric = run.text(action.parameter("MetricType"))
    choice = first_true(action.choices, _figure(metric, event.values), run.text)
    return chosen(choice) if choice is not None else failed(NO_MATCH, rest=True)


def _figure(metric: str, values: Mapping[str, str]) -> str:
    figure = number(values.get(_KEYS.get(metric, ""), ""))
    if figure is None:
        return ""
    return f"{figure * 1000 if metric == _IN_MILLISECONDS else figure:.15g}"


def _check_hours(run: Run, action: Action) -> Result:
    reference = run.text(action.parameter("HoursOfOperationId"))
    if not reference and run.facts.queue is not None:
        queue = run.library.queue(run.facts.queue)
        reference = queue.hours if queue is not None else ""
    calendar = run.library.calendar(reference) if reference else None
    if calendar is None:
        return failed(detail=f"hours {reference!r} are not on this box")
    from appliance.flow.hours import is_open

    opened = is_open(calendar, run.facts.epoch_s + run.now, run.library.calendar)
    if opened is None:
        return failed(detail=f"hours {reference!r} have an unknown time zone {calendar.time_zone!r}")
    return by_label(run, action, "True" if opened else "False", rest=not opened)


_TARGET = (takes("QueueId"), takes("AgentId"))

ROWS = (
    row(
        "GetMetricData",
        _measure,
        _measured,
        errors="NoMatchingError",
        parameters=(*_TARGET, takes("QueueChannel", Kind.ENUM, values="Voice Chat")),
    ),
    row(
        "CheckMetricData",
        _check_metric,
        _metric_checked,
        where="I Q TA TQ M",
        errors="NoMatchingError NoMatchingCondition",
        parameters=(*_TARGET, takes("MetricType", Kind.ENUM, Dynamic.STATIC, required=True, values=" ".join(_KEYS))),
        branching=True,
    ),
    row(
        "CheckHoursOfOperation",
        _check_hours,
        where="I Q TA TQ M",
        errors="NoMatchingError",
        parameters=(takes("HoursOfOperationId"),),
        operands=frozenset({"True", "False"}),
        branching=True,
    ),
)
