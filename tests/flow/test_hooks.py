"""Event hooks choose flows."""

from __future__ import annotations

import pytest

from appliance.flow.defaults import default_flow, default_names
from appliance.flow.facts import ContactFacts, Library
from appliance.flow.hooks import DEFAULTS, flow_for, is_empty
from appliance.flow.model import FlowType

BOX = Library(flows={name: default_flow(name) for name in default_names()})


@pytest.mark.parametrize("hook", sorted(DEFAULTS))
def test_hook_when_nothing_is_hooked_then_the_box_has_a_flow_of_that_type(hook):
    found = flow_for(hook, ContactFacts(), BOX)
    kind = "".join(f"_{char}" if char.isupper() else char.upper() for char in hook).strip("_")
    assert found is not None
    assert found.flow_type is FlowType(kind)


def test_hook_when_a_flow_is_hooked_then_that_one():
    box = Library(flows={**BOX.flows, "own": default_flow("branch")}, names={"arn:x": "own"})
    assert flow_for("CustomerQueue", ContactFacts(hooks={"CustomerQueue": "arn:x"}), box).name == "branch"
    assert flow_for("CustomerQueue", ContactFacts(hooks={"CustomerQueue": "arn:gone"}), box).name == "customer_queue"


def test_hook_when_switched_off_or_without_default_then_none():
    assert flow_for("AgentWhisper", ContactFacts(hooks={"AgentWhisper": None}), BOX) is None
    assert flow_for("CustomerRemaining", ContactFacts(), BOX) is None


def test_hook_when_the_flow_of_the_box_does_nothing_then_it_is_known_as_empty():
    flows = {hook: flow_for(hook, ContactFacts(), BOX) for hook in DEFAULTS}
    empty = {hook for hook, flow in flows.items() if flow is not None and is_empty(flow)}
    assert empty == {"AgentWhisper", "CustomerWhisper", "OutboundWhisper"}
