"""The flows that come with the box."""

from __future__ import annotations

import pytest

from appliance.errors import FlowError
from appliance.flow.commands import Disconnect, EnterQueue, FlowFinished, Play, SetAttributes, SetRecording, StopPlaying
from appliance.flow.defaults import default_flow, default_names
from appliance.flow.events import (
    DigitPressed,
    MetricsMeasured,
    PromptEnded,
    QueueEntered,
    QueueFailed,
    TimerExpired,
)
from appliance.flow.facts import ContactFacts
from appliance.flow.state import WaitingFor


def test_branch_flow_when_one_is_pressed_then_enters_sales(caller):
    call = caller(default_flow("branch"))
    assert call.last(SetRecording).participants == {"Agent", "Customer"}
    call.tell(PromptEnded())
    assert call.heard == ["Thank you for calling.", "Press 1 for sales, or 2 for support."]
    call.press("1")
    assert call.all(StopPlaying) == [StopPlaying()]
    assert call.last(SetAttributes).attributes == {"department": "sales"}
    assert call.last(EnterQueue).queue == "sales"
    assert call.state.waiting_for is WaitingFor.QUEUE
    call.tell(QueueEntered(queue="sales"))
    assert call.last(FlowFinished).outcome == "TRANSFERED_TO_QUEUE"
    assert call.state.finished
    assert call.state.facts.attributes == {"department": "sales"}
    assert call.state.facts.queue == "sales"


def test_branch_flow_when_nothing_is_pressed_then_repeats_twice_and_queues(caller):
    call = caller(default_flow("branch"))
    call.tell(PromptEnded())
    for _ in range(3):
        call.tell(PromptEnded(), after_s=3)
        assert call.state.deadline == call.now + 5
        call.tell(TimerExpired(), after_s=5)
    assert call.heard.count("Press 1 for sales, or 2 for support.") == 3
    assert call.last(EnterQueue).queue == "sales"


def test_branch_flow_when_queue_is_full_then_says_so_and_hangs_up(caller):
    call = caller(default_flow("branch"))
    call.press("2")
    call.tell(PromptEnded())
    assert call.last(EnterQueue).queue == "support"
    call.tell(QueueFailed(error="QueueAtCapacity"))
    assert "full" in call.heard[-1]
    call.tell(PromptEnded())
    assert call.all(Disconnect) == [Disconnect()]
    assert call.last(FlowFinished).outcome == "DISCONNECTED_PARTICIPANT"


def test_customer_queue_flow_when_looping_then_speaks_the_present_position(caller):
    call = caller(default_flow("customer_queue"), facts=ContactFacts(metrics={"Contact.PositionInQueue": "3"}))
    assert call.heard[-1] == "You are number 3 in the queue. Please stay on the line."
    call.tell(MetricsMeasured(values={"Contact.PositionInQueue": "2"}))
    assert len(call.all(Play)) == 1
    call.tell(PromptEnded(), after_s=4)
    assert call.heard[-1] == "music"
    call.tell(DigitPressed(digit="5"))
    call.tell(PromptEnded(), after_s=30)
    assert call.heard[-1] == "You are number 2 in the queue. Please stay on the line."
    assert call.state.waiting_for is WaitingFor.ROUTING
    assert call.state.keys == ""


@pytest.mark.parametrize("name", default_names())
def test_default_flow_when_loaded_then_parses(name):
    assert default_flow(name).actions


def test_default_flow_when_name_is_unknown_then_error_names_the_others():
    with pytest.raises(FlowError, match="branch"):
        default_flow("nowhere")


@pytest.mark.parametrize(
    ("name", "key", "recorded"),
    [
        ("recording_consent", "1", True),
        ("recording_consent", "2", False),
        ("recording_consent", "", False),
        ("recording_notice", "9", False),
        ("recording_notice", "1", True),
        ("recording_notice", "", True),
    ],
)
def test_consent_module_when_customer_decides_then_recorded_or_not_and_written_down(caller, name, key, recorded):
    call = caller(default_flow(name))
    if key:
        call.press(key)
    else:
        call.tell(PromptEnded(), after_s=4)
        call.tell(TimerExpired(), after_s=5)
    assert call.last(SetRecording).participants == ({"Agent", "Customer"} if recorded else set())
    assert call.last(SetAttributes).attributes == {"recording_consent": "yes" if recorded else "no"}
    assert call.state.finished
