"""The walk: everything is reached, or the reason is said."""

from __future__ import annotations

import pytest

from appliance.flow.defaults import default_flow, default_names
from appliance.flow.walk import walk


def ways(flow):
    return {(way.action, way.branch.partition(" ")[2] or way.branch): way for way in walk(flow).ways}


@pytest.mark.parametrize("name", default_names())
def test_walk_when_flow_comes_with_the_box_then_every_action_is_reached(name):
    seen = walk(default_flow(name))
    assert seen.whole
    assert not seen.unreached


def test_walk_when_menu_is_walked_then_each_key_and_error_is_taken(flow, action):
    errors = {"InputTimeLimitExceeded": "bad", "NoMatchingCondition": "other", "NoMatchingError": "end"}
    given = {"Text": "x", "InputTimeLimitSeconds": "5"}
    found = ways(flow(action("m", "GetParticipantInput", given, then="other", errors=errors,
                             when=[("1", "end"), ("*", "bad"), ("#", "bad")])))  # fmt: skip
    taken = {branch for (name, branch), way in found.items() if name == "m" and way.reached}
    assert taken == {"Equals 1", "Equals *", "Equals #", *errors}
    assert "copy of another branch" in found["m", "NextAction"].reason


@pytest.mark.parametrize("operator", ["Equals", "TextContains", "TextStartsWith", "TextEndsWith", "NumberGreaterThan",
                                      "NumberGreaterOrEqualTo", "NumberLessThan", "NumberLessOrEqualTo"])  # fmt: skip
def test_walk_when_value_is_compared_then_both_sides_are_taken(flow, action, operator):
    compare = action("c", "Compare", {"ComparisonValue": "$.External.x"}, then="bad",
                     errors={"NoMatchingCondition": "bad"}, when=[(operator, "5", "end")])  # fmt: skip
    found = ways(flow(compare))
    assert found["c", f"{operator} 5"].reached
    assert found["c", "NoMatchingCondition"].reached


def test_walk_when_a_condition_is_hidden_then_the_reason_is_said(flow, action):
    wired = [("TextContains", "a", "end"), ("ab", "other")]
    compare = action("c", "Compare", {"ComparisonValue": "$.External.x"}, then="bad", when=wired)
    way = ways(flow(compare))["c", "Equals ab"]
    assert not way.reached
    assert "earlier condition" in way.reason


def test_walk_when_actions_can_not_be_reached_then_listed_with_reason(flow, action):
    seen = walk(flow(action("a", "CreateTask", {}, then="other", errors={"NoMatchingError": "end"})))
    assert set(seen.unreached) == {"other", "bad"}
    assert "cloud service" in seen.unreached["other"]
    assert seen.unreached["bad"] == "no branch of a reachable action leads here"


def test_walk_when_flow_circles_without_an_event_then_is_noted(flow, action):
    seen = walk(flow(action("a", "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "Enabled"}, then="a")))
    assert seen.circles == ("a",)
    assert seen.whole
