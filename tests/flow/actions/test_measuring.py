"""Figures and hours of operation as branches."""

from __future__ import annotations

import pytest

from appliance.flow.commands import MeasureMetrics
from appliance.flow.events import MetricsFailed, MetricsMeasured, TimerExpired
from appliance.flow.facts import ContactFacts, Library, QueueFacts
from appliance.flow.hours_model import Hours, Opening

ERRORS = {"NoMatchingError": "bad", "NoMatchingCondition": "other"}
QUEUED = ContactFacts(queue="sales")


@pytest.fixture
def check(caller, flow, action):
    def make(metric, *when, facts=QUEUED, **parameters):
        given = {"MetricType": metric, **parameters}
        return caller(flow(action("m", "CheckMetricData", given, then="bad", errors=ERRORS, when=when)), facts=facts)

    return make


@pytest.mark.parametrize(
    ("metric", "measured", "condition", "target"),
    [
        ("NumberOfAgentsAvailable", ("Agents.Available.Count", "1"), ("NumberGreaterThan", "0"), "end"),
        ("NumberOfAgentsStaffed", ("Agents.Staffed.Count", "0"), ("NumberGreaterThan", "0"), "other"),
        ("NumberOfAgentsOnline", ("Agents.Online.Count", "2"), ("Equals", "2"), "end"),
        ("NumberOfContactsInQueue", ("Queue.Size", "5"), ("NumberLessOrEqualTo", "5"), "end"),
        ("OldestContactInQueueAgeSeconds", ("Queue.OldestContactAge", "299"), ("NumberLessThan", "300000"), "end"),
        ("OldestContactInQueueAgeSeconds", ("Queue.OldestContactAge", "301"), ("NumberLessThan", "300000"), "other"),
        ("NumberOfContactsInQueue", ("Queue.Size", ""), ("NumberLessThan", "5"), "other"),
    ],
)
def test_metric_when_measured_then_condition_decides(check, metric, measured, condition, target):
    key, figure = measured
    call = check(metric, (*condition, "end"))
    assert call.last(MeasureMetrics).queue == "sales"
    call.tell(MetricsMeasured(values={"Contact.PositionInQueue": "3"}))
    assert not call.path
    call.tell(MetricsMeasured(values={key: figure, "Contact.PositionInQueue": "3"}))
    assert call.path[-1][0] == target


@pytest.mark.parametrize("answer", [MetricsFailed(reason="x"), TimerExpired()])
def test_metric_when_there_is_no_answer_then_error_branch(check, answer):
    call = check("NumberOfAgentsOnline", ("NumberGreaterThan", "0", "end"))
    call.tell(answer, after_s=5)
    assert call.path == [("m", "NoMatchingError"), ("bad", "Success")]


def test_metric_when_queue_or_type_is_unknown_then_error_branch(check):
    assert check("NumberOfAgentsOnline", facts=ContactFacts()).path[-1][0] == "bad"
    assert check("NumberOfAgentsOnline", QueueId="nope").path[-1][0] == "bad"
    assert check("Nonsense").path[-1][0] == "bad"


def test_metric_when_agent_is_named_then_measured_for_that_agent(check):
    assert check("NumberOfAgentsAvailable", AgentId="kim").last(MeasureMetrics).agent == "kim"


def test_metric_data_when_got_then_references_have_it(caller, flow, action):
    call = caller(
        flow(
            action("g", "GetMetricData", {}, then="say", errors=ERRORS),
            action("say", "MessageParticipant", {"Text": "$.Metrics.Queue.Size waiting"}, then="end"),
        ),
        facts=QUEUED,
    )
    call.tell(MetricsMeasured(values={"Queue.Size": "7"}))
    assert call.heard == ["7 waiting"]


@pytest.mark.parametrize("answer", [MetricsFailed(reason="x"), TimerExpired()])
def test_metric_data_when_there_is_none_then_error_branch(caller, flow, action, answer):
    call = caller(flow(action("g", "GetMetricData", {}, then="end", errors=ERRORS)), facts=QUEUED)
    call.tell(answer, after_s=5)
    assert call.path[-1][0] == "bad"


ALWAYS = Hours(openings=tuple(Opening(weekday=day, start_min=0, end_min=0) for day in range(7)))
SHELF = Library(
    hours={"always": ALWAYS, "never": Hours(), "nowhere": Hours(time_zone="Mars/Base")},
    queues={"sales": QueueFacts(queue="sales", hours="always")},
)


@pytest.mark.parametrize(
    ("reference", "target"),
    [("always", "end"), ("arn:x/operating-hours/never", "other"), ("nope", "bad"), ("nowhere", "bad"), (None, "end")],
)
def test_hours_when_checked_then_open_closed_or_error(caller, flow, action, reference, target):
    given = {} if reference is None else {"HoursOfOperationId": reference}
    branches = [("True", "end"), ("False", "other")]
    call = caller(
        flow(action("h", "CheckHoursOfOperation", given, then="other", errors=ERRORS, when=branches)),
        facts=QUEUED,
        library=SHELF,
    )
    assert call.path[-1][0] == target


def test_hours_when_closed_is_not_wired_then_next_action_is_its_copy(caller, flow, action):
    given = {"HoursOfOperationId": "never"}
    branches = [("True", "end")]
    checked = flow(action("h", "CheckHoursOfOperation", given, then="other", errors=ERRORS, when=branches))
    assert caller(checked, library=SHELF).path == [("h", "False"), ("other", "Success")]


def test_hours_when_there_are_none_then_error_branch(caller, flow, action):
    call = caller(flow(action("h", "CheckHoursOfOperation", {}, then="other", errors=ERRORS)))
    assert call.path[-1][0] == "bad"
