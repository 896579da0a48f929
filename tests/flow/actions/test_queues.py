"""The working queue, entering and leaving queues."""

from __future__ import annotations

import pytest

from appliance.flow.commands import (
    EnterQueue,
    FlowFinished,
    TransferToAgent,
)
from appliance.flow.events import QueueEntered, QueueFailed
from appliance.flow.facts import ContactFacts

ERRORS = {"NoMatchingError": "bad", "QueueAtCapacity": "other"}


@pytest.fixture
def run(caller, flow, action):
    def make(kind, parameters=None, errors=ERRORS, **rest):
        return caller(flow(action("a", kind, parameters, then="end", errors=errors)), **rest)

    return make


@pytest.mark.parametrize("reference", ["sales", "q1", "arn:aws:connect:r:1:instance/i/queue/q1", "$.Attributes.q"])
def test_target_queue_when_named_any_way_then_is_the_working_queue(run, reference):
    call = run("UpdateContactTargetQueue", {"QueueId": reference}, facts=ContactFacts(attributes={"q": "sales"}))
    facts = call.state.facts
    assert (facts.queue, facts.queue_name, facts.queue_arn) == (
        "sales",
        "sales",
        "arn:aws:connect:r:1:instance/i/queue/q1",
    )


@pytest.mark.parametrize(
    "parameters", [{}, {"QueueId": "nope"}, {"QueueId": ""}, {"AgentId": "nobody"}, {"QueueId": None}]
)
def test_target_queue_when_unknown_then_error_branch(run, parameters):
    assert run("UpdateContactTargetQueue", parameters).path[-1][0] == "bad"


def test_target_queue_when_agent_then_queue_of_that_agent(run):
    facts = run("UpdateContactTargetQueue", {"AgentId": "kim"}, facts=ContactFacts(queue="sales")).state.facts
    assert (facts.queue, facts.target_agent) == (None, "kim")


def test_queue_when_entered_then_flow_is_over(run):
    call = run("TransferContactToQueue", facts=ContactFacts(queue="sales", priority=2, time_adjustment_s=60))
    assert call.last(EnterQueue) == EnterQueue(queue="sales", priority=2, time_adjustment_s=60)
    assert call.state.deadline is None
    call.tell(QueueEntered(queue="sales"))
    assert call.last(FlowFinished).outcome == "TRANSFERED_TO_QUEUE"


@pytest.mark.parametrize(
    ("error", "target"), [("QueueAtCapacity", "other"), ("NoMatchingError", "bad"), ("Odd", "bad")]
)
def test_queue_when_refused_then_branch_of_the_error_and_queue_is_kept(run, error, target):
    call = run("TransferContactToQueue", facts=ContactFacts(queue="sales"))
    call.tell(QueueFailed(error=error))
    assert call.path[-1][0] == target
    assert call.state.facts.queue == "sales"


def test_queue_when_none_was_set_then_error_branch(run):
    call = run("TransferContactToQueue")
    assert call.path[-1][0] == "bad"
    assert not call.all(EnterQueue)


def test_dequeue_when_accepted_then_new_contact_in_the_other_queue(run):
    call = run("DequeueContactAndTransferToQueue", {"QueueId": "support"}, facts=ContactFacts(queue="sales"))
    assert call.last(EnterQueue).new_contact
    assert call.state.facts.queue == "sales"
    call.tell(QueueEntered(queue="support"))
    assert (call.state.facts.queue, call.state.facts.chain_length) == ("support", 2)


def test_dequeue_when_refused_or_chain_is_full_then_stays(run):
    call = run("DequeueContactAndTransferToQueue", {"QueueId": "support"}, facts=ContactFacts(queue="sales"))
    call.tell(QueueFailed(error="QueueAtCapacity"))
    assert (call.path[-1][0], call.state.facts.queue) == ("other", "sales")
    call = run("DequeueContactAndTransferToQueue", {"QueueId": "support"}, facts=ContactFacts(chain_length=12))
    assert call.path[-1][0] == "bad"
    assert run("DequeueContactAndTransferToQueue", {"QueueId": "x"}).path[-1][0] == "bad"


def test_agent_when_transferred_then_flow_is_over(run):
    call = run("TransferContactToAgent", facts=ContactFacts(target_agent="kim"))
    assert call.last(TransferToAgent).agent == "kim"
    assert call.last(FlowFinished).outcome == "TRANSFERED_TO_AGENT"
