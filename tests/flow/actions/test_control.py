"""Comparisons, loops, distribution, flow attributes, ends."""

from __future__ import annotations

import pytest

from appliance.flow.commands import DrawNumber, FlowFinished
from appliance.flow.events import NumberDrawn, TimerExpired
from appliance.flow.facts import ContactFacts


def compare(action, reference, *when, errors=None):
    wired = {"NoMatchingCondition": "bad"} if errors is None else errors
    return action("cmp", "Compare", {"ComparisonValue": reference}, then="bad", errors=wired, when=when)


@pytest.mark.parametrize(
    ("value", "target"), [("1", "end"), ("12", "other"), ("5", "other"), ("x", "bad"), ("", "bad")]
)
def test_compare_when_value_is_given_then_first_true_branch(caller, flow, action, value, target):
    call = caller(
        flow(compare(action, "$.Attributes.k", ("1", "end"), ("NumberGreaterThan", "4", "other"))),
        facts=ContactFacts(attributes={"k": value}),
    )
    assert call.path[-1][0] == target


def test_compare_when_operand_is_a_reference_then_compared_with_its_value(caller, flow, action):
    call = caller(
        flow(compare(action, "$.Attributes.a", ("$.Attributes.b", "end"))),
        facts=ContactFacts(attributes={"a": "same", "b": "same"}),
    )
    assert call.path == [("cmp", "$.Attributes.b"), ("end", "Success")]


def test_compare_when_no_match_is_not_wired_then_next_action_is_its_copy(caller, flow, action):
    call = caller(flow(compare(action, "$.Channel", ("CHAT", "end"), errors={})))
    assert call.path == [("cmp", "NoMatchingCondition"), ("bad", "Success")]


def test_compare_when_caller_typed_nothing_then_timeout_can_be_compared(caller, flow, action):
    call = caller(
        flow(compare(action, "$.StoredCustomerInput", ("Timeout", "end"))), facts=ContactFacts(stored_input="Timeout")
    )
    assert call.path[-1][0] == "end"


def loop_flow(flow, action, count, errors=None):
    return flow(
        action(
            "loop",
            "Loop",
            {"LoopCount": count},
            then="end",
            errors=errors,
            when=[("ContinueLooping", "body"), ("DoneLooping", "end")],
        ),
        action("body", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Disabled"}, then="loop"),
    )


@pytest.mark.parametrize(("count", "bodies"), [("0", 0), ("1", 1), ("3", 3), ("100", 100), ("1000", 100), (2, 2)])
def test_loop_when_counted_then_body_runs_that_often(caller, flow, action, count, bodies):
    call = caller(loop_flow(flow, action, count))
    assert [name for name, _ in call.path].count("body") == bodies
    assert call.path[-2:] == [("loop", "DoneLooping"), ("end", "Success")]
    assert call.state.facts.loops == {}


def test_loop_when_counter_stands_from_before_then_goes_on_from_there(caller, flow, action):
    call = caller(loop_flow(flow, action, "3"), facts=ContactFacts(loops={"test/loop": 2, "other/loop": 9}))
    assert [name for name, _ in call.path].count("body") == 1
    assert call.state.facts.loops == {"other/loop": 9}


@pytest.mark.parametrize("count", ["x", "", "-1", "$.Attributes.absent"])
def test_loop_when_count_is_no_number_then_error_or_done(caller, flow, action, count):
    assert caller(loop_flow(flow, action, count, {"NoMatchingError": "bad"})).path[-1][0] == "bad"
    assert caller(loop_flow(flow, action, count)).path[-1][0] == "end"


@pytest.mark.parametrize(("drawn", "target"), [(1, "end"), (30, "end"), (31, "other"), (60, "other"), (61, "bad")])
def test_distribute_when_number_is_drawn_then_thresholds_decide(caller, flow, action, drawn, target):
    call = caller(
        flow(
            action(
                "d",
                "DistributeByPercentage",
                {},
                then="bad",
                errors={"NoMatchingCondition": "bad"},
                when=[("NumberLessThan", "31", "end"), ("NumberLessThan", "61", "other")],
            )
        )
    )
    assert call.all(DrawNumber) == [DrawNumber()]
    call.tell(NumberDrawn(number=drawn))
    assert call.path[-1][0] == target


def test_distribute_when_no_number_comes_then_the_rest(caller, flow, action):
    call = caller(flow(action("d", "DistributeByPercentage", {}, then="bad", when=[("NumberLessThan", "101", "end")])))
    call.tell(TimerExpired(), after_s=5)
    assert call.path[-1][0] == "bad"


@pytest.mark.parametrize(
    "attributes", [None, {"k": "flat"}, {"a.b": {"Value": "x"}}, {"$k": {"Value": "x"}}, {"k": {"Value": "x" * 33_000}}]
)
def test_flow_attributes_when_malformed_then_error_branch(caller, flow, action, attributes):
    call = caller(
        flow(
            action(
                "a",
                "UpdateFlowAttributes",
                {"FlowAttributes": attributes},
                then="end",
                errors={"NoMatchingError": "bad"},
            )
        )
    )
    assert call.path[-1][0] == "bad"


def test_end_when_reached_then_flow_is_over_and_contact_stays(caller, flow, action):
    call = caller(flow(action("x", "EndFlowExecution"), kind="customerWhisper"))
    assert call.commands[-1] == FlowFinished(flow="test", outcome="ENDED_FLOW_EXECUTION")
    assert len(call.commands) == 2


def test_module_end_when_run_on_its_own_then_flow_is_over(caller, flow, action):
    assert caller(flow(action("x", "EndFlowModuleExecution"))).last(FlowFinished).outcome == "RETURNED_TO_FLOW"
