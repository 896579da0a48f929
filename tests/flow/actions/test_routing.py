"""How a contact is served: queue priority, age adjustment, routing criteria; before the queue and in it."""

from __future__ import annotations

import pytest

from appliance.events.criteria import Condition, Expression, RoutingStep
from appliance.flow.commands import EnterQueue, SetRouting
from appliance.flow.facts import ContactFacts

KINDS = ("UpdateContactRoutingCriteria", "UpdateRoutingCriteria")


@pytest.fixture
def run(caller, flow, action):
    def make(kind, parameters=None, *, then="end", more=(), flow_kind="contactFlow", **rest):
        first = action("a", kind, parameters, then=then, errors={"NoMatchingError": "bad"})
        return caller(flow(first, *more, kind=flow_kind), **rest)

    return make


@pytest.fixture
def criteria(run):
    """The steps that a document of steps is read as; None where it took the error branch."""

    def read(*steps, facts=None):
        call = run(KINDS[0], {"RoutingCriteria": {"Steps": list(steps)}}, facts=facts)
        if call.path[-1][0] == "bad":
            assert not call.all(SetRouting)
            return None
        assert call.last(SetRouting) == SetRouting(criteria=call.state.facts.criteria)
        return call.state.facts.criteria

    return read


def asking(name="language", value="ko", **rest):
    return {"AttributeCondition": {"Name": name, "Value": value, **rest}}


def agents(*names):
    match = {"AgentsCriteria": {"AgentIds": list(names)}}
    return {"AttributeCondition": {"ComparisonOperator": "Match", "MatchCriteria": match}}


def condition(**fields):
    return Expression(condition=Condition(**{"name": "language", "value": "ko"} | fields))


def test_routing_when_set_then_known_and_told(run):
    call = run("UpdateContactRoutingBehavior", {"QueuePriority": "1"})
    assert (call.state.facts.priority, call.last(SetRouting)) == (1, SetRouting(priority=1))
    call = run("UpdateContactRoutingBehavior", {"QueueTimeAdjustmentSeconds": "-30"})
    assert (call.state.facts.time_adjustment_s, call.last(SetRouting)) == (-30, SetRouting(time_adjustment_s=-30))
    call = run("UpdateContactRoutingBehavior", {"QueuePriority": "x"})
    assert (call.state.facts.priority, call.all(SetRouting)) == (5, [])


@pytest.mark.parametrize("kind", KINDS)
def test_criteria_when_set_before_the_queue_then_asked_for_on_the_way_in(run, action, kind):
    steps = [{"Expression": asking("$.Attributes.skill", ProficiencyLevel="3"), "Expiry": {"DurationInSeconds": "30"}}]
    facts = ContactFacts(queue="sales", attributes={"skill": "tax"})
    more = [action("b", "TransferContactToQueue", then="end")]
    call = run(kind, {"RoutingCriteria": {"Steps": steps}}, then="b", more=more, facts=facts)
    step = RoutingStep(expression=condition(name="tax", low=3.0), duration_s=30.0)
    assert call.last(EnterQueue) == EnterQueue(queue="sales", criteria=(step,))


def test_criteria_when_set_in_a_queue_flow_then_told_at_once_and_kept_for_the_next_queue(run, action):
    more = [action("b", "DequeueContactAndTransferToQueue", {"QueueId": "support"}, then="end")]
    steps = {"Steps": [{"Expression": asking()}]}
    call = run(KINDS[0], {"RoutingCriteria": steps}, then="b", more=more, flow_kind="customerQueue")
    step = RoutingStep(expression=condition())
    assert call.last(SetRouting) == SetRouting(criteria=(step,))
    assert (call.last(EnterQueue).queue, call.last(EnterQueue).criteria) == ("support", (step,))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (asking(), condition()),
        (asking(ComparisonOperator="NumberGreaterOrEqualTo", ProficiencyLevel=2.5), condition(low=2.5)),
        (asking(ComparisonOperator=">=", ProficiencyLevel="4"), condition(low=4.0)),
        (asking(ComparisonOperator="NumberEquals", ProficiencyLevel=4), condition(low=4.0, high=4.0)),
        (
            asking(ComparisonOperator="Range", Range={"MinProficiencyLevel": 2, "MaxProficiencyLevel": 3}),
            condition(low=2.0, high=3.0),
        ),
        ({"NotAttributeCondition": {"Name": "language", "Value": "ko"}}, condition(negated=True)),
        (agents("nobody", "kim", "kim"), Expression(condition=Condition(agents=("kim",)))),
        ({"AndExpression": [asking(), asking()]}, Expression(all_of=(condition(), condition()))),
        (
            {"OrExpression": [asking(), {"AndExpression": [asking(value="en")]}]},
            Expression(any_of=(condition(), Expression(all_of=(condition(value="en"),)))),
        ),
    ],
)
def test_criteria_when_written_in_any_form_then_read(criteria, written, read):
    assert criteria({"Expression": written}) == (RoutingStep(expression=read),)


def test_criteria_when_several_steps_then_in_order_and_the_last_may_be_for_ever(criteria):
    found = criteria(
        {"Expression": asking(ProficiencyLevel=5), "Expiry": {"DurationInSeconds": 30}},
        {"Expression": asking(ProficiencyLevel=2), "Expiry": {}},
    )
    assert [(step.expression.condition.low, step.duration_s) for step in found] == [(5.0, 30.0), (2.0, None)]


def test_criteria_when_empty_then_nothing_is_asked(criteria):
    assert criteria() == ()


@pytest.mark.parametrize(
    "expression",
    [
        None,
        {},
        "language",
        {"AttributeCondition": None},
        {"AttributeCondition": "ko"},
        {**asking(), "AndExpression": [asking()]},
        {"AndExpression": []},
        {"OrExpression": asking()},
        {"OrExpression": [{}]},
        asking(name=""),
        asking(value=""),
        asking(value=None),
        asking(name="x" * 101),
        asking(value="x" * 129),
        asking(ProficiencyLevel="much"),
        asking(ProficiencyLevel=0.5),
        asking(ProficiencyLevel=6),
        asking(ComparisonOperator="Sounds"),
        asking(ComparisonOperator="Range", Range={"MinProficiencyLevel": 4, "MaxProficiencyLevel": 3}),
        agents("nobody"),
        agents(),
        {"AttributeCondition": {"ComparisonOperator": "Match"}},
    ],
)
def test_criteria_when_they_can_not_be_met_or_read_then_error_branch(criteria, expression):
    assert criteria({"Expression": expression}) is None


@pytest.mark.parametrize("expiry", [{"DurationInSeconds": 0}, {"DurationInSeconds": "soon"}, {"ExpiryTimestamp": "x"}])
def test_criteria_when_the_expiry_is_none_then_error_branch(criteria, expiry):
    assert criteria({"Expression": asking(), "Expiry": expiry}) is None


def test_criteria_when_nested_too_deep_then_error_branch(criteria):
    expression = asking()
    for _ in range(9):
        expression = {"AndExpression": [expression]}
    assert criteria({"Expression": expression}) is None


@pytest.mark.parametrize("parameters", [{}, {"RoutingCriteria": {}}, {"RoutingCriteria": {"Steps": "x"}}])
def test_criteria_when_there_are_no_steps_then_error_branch(run, parameters):
    assert run(KINDS[0], parameters).path[-1][0] == "bad"
