"""Prompts, barge-in and the loop of messages."""

from __future__ import annotations

import pytest

from appliance.flow.commands import FlowFinished, Message, Play, StopPlaying
from appliance.flow.events import DigitPressed, PromptEnded, PromptFailed, TimerExpired
from appliance.flow.facts import ContactFacts, Library
from appliance.flow.state import WaitingFor


def say(action, name="a", **parameters):
    return action(name, "MessageParticipant", parameters, then="end", errors={"NoMatchingError": "bad"})


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"Text": "hi $.Channel"}, {"text": "hi VOICE"}),
        ({"SSML": "<speak>$.Channel</speak>"}, {"ssml": "<speak>VOICE</speak>"}),
        ({"PromptId": "arn:aws:connect:r:1:instance/i/prompt/p1"}, {"prompt": "beep"}),
        ({"PromptId": "music"}, {"prompt": "music"}),
        ({"Media": {"Uri": "s3://b/$.Channel.wav", "SourceType": "S3"}}, {"uri": "s3://b/VOICE.wav"}),
    ],
)
def test_message_when_of_each_kind_then_is_resolved(caller, flow, action, parameters, expected):
    call = caller(flow(say(action, **parameters)), library=Library(names={"p1": "beep"}))
    assert call.last(Play).messages == (Message(**expected),)
    assert call.state.waiting_for is WaitingFor.PROMPT
    call.tell(PromptEnded())
    assert call.path[-1] == ("end", "Success")


@pytest.mark.parametrize("parameters", [{}, {"Media": {}}, {"Media": 3}, {"PromptId": ""}])
def test_message_when_there_is_nothing_to_play_then_error_branch(caller, flow, action, parameters):
    assert caller(flow(say(action, **parameters))).path == [("a", "NoMatchingError"), ("bad", "Success")]


def test_message_when_text_is_blank_then_goes_on_without_sound(caller, flow, action):
    call = caller(flow(say(action, Text=" $.External.absent ")))
    assert not call.all(Play)
    assert call.path[-1] == ("end", "Success")


def test_message_when_text_is_too_long_then_error_branch(caller, flow, action):
    assert caller(flow(say(action, Text="x" * 6001))).path[0] == ("a", "NoMatchingError")
    assert caller(flow(say(action, Text="x" * 6000))).all(Play)


def test_message_when_voice_is_set_then_speaks_its_language(caller, flow, action):
    spoken = caller(flow(say(action, Text="x")), facts=ContactFacts(voice="Kazuha")).last(Play).messages[0]
    assert (spoken.voice, spoken.language) == ("Kazuha", "ja-JP")
    spoken = caller(flow(say(action, Text="x")), facts=ContactFacts(language="ko-KR")).last(Play).messages[0]
    assert (spoken.voice, spoken.language) == ("Seoyeon", "ko-KR")


def test_message_when_key_is_pressed_then_stops_and_key_is_kept(caller, flow, action):
    call = caller(
        flow(
            say(action, Text="long").copy() | {"Transitions": {"NextAction": "b"}},
            action("b", "MessageParticipant", {"Text": "next"}, then="end"),
        )
    )
    call.tell(DigitPressed(digit="4"))
    assert call.fresh[0] == StopPlaying()
    assert call.heard == ["long", "next"]
    assert call.state.keys == "4"


@pytest.mark.parametrize(("skips", "heard"), [("true", []), ("false", ["second"])])
def test_message_when_keys_are_waiting_then_skipped_only_if_it_says_so(caller, flow, action, skips, heard):
    call = caller(
        flow(
            action("first", "MessageParticipant", {"Text": "first"}, then="a"),
            say(action, Text="second", SkipWhenDTMFBufferEnabled=skips),
        )
    )
    call.press("1")
    assert call.heard == ["first", *heard]


def loop(action, messages, *, then=None, **parameters):
    return action(
        "loop",
        "MessageParticipantIteratively",
        {"Messages": messages, **parameters},
        then=then,
        errors={"NoMatchingError": "bad"},
        when=[("MessagesInterrupted", "other")],
    )


def queue_flow(flow, action, *args, **kwargs):
    return flow(loop(action, *args, **kwargs), kind="customerQueue")


def test_loop_when_messages_end_then_begins_again(caller, flow, action):
    call = caller(queue_flow(flow, action, [{"Text": "a"}, {"PromptId": "b"}]))
    for _ in range(3):
        call.tell(PromptEnded(), after_s=5)
    assert call.heard == ["a", "b", "a", "b"]
    assert call.state.waiting_for is WaitingFor.ROUTING
    assert call.state.deadline is None


def test_loop_when_interrupt_is_due_then_stops_and_leaves(caller, flow, action):
    call = caller(queue_flow(flow, action, [{"PromptId": "music"}], InterruptFrequencySeconds="30"))
    assert call.state.deadline == call.now + 30
    call.tell(PromptEnded(), after_s=20)
    assert call.heard == ["music", "music"]
    call.tell(TimerExpired(), after_s=10)
    assert call.all(StopPlaying)
    assert call.path == [("loop", "MessagesInterrupted"), ("other", "Success")]


def test_loop_when_it_continues_during_interrupt_then_music_plays_on(caller, flow, action):
    call = caller(
        queue_flow(
            flow,
            action,
            [{"PromptId": "music"}],
            InterruptFrequencySeconds="30",
            ContinueMessagingDuringInterrupt="true",
        )
    )
    call.tell(TimerExpired(), after_s=30)
    assert not call.all(StopPlaying)
    assert call.path[0] == ("loop", "MessagesInterrupted")


def test_loop_when_timer_comes_early_then_nothing_happens(caller, flow, action):
    call = caller(queue_flow(flow, action, [{"PromptId": "music"}], InterruptFrequencySeconds="30"))
    assert call.tell(TimerExpired(), after_s=29) == ()


def test_loop_when_one_message_fails_then_the_others_go_on(caller, flow, action):
    call = caller(queue_flow(flow, action, [{"PromptId": "broken"}, {"PromptId": "music"}]))
    call.tell(PromptFailed(reason="no file"))
    assert call.heard[-1] == "music"
    call.tell(PromptEnded(), after_s=9)
    assert call.heard[-1] == "broken"


def test_loop_when_every_message_fails_then_error_branch(caller, flow, action):
    call = caller(queue_flow(flow, action, [{"PromptId": "broken"}, {"PromptId": "broken too"}]))
    call.tell(PromptFailed(reason="no file"))
    call.tell(PromptFailed(reason="no file"))
    assert call.path == [("loop", "NoMatchingError"), ("bad", "Success")]


def test_loop_when_nothing_can_be_heard_then_pauses_instead_of_spinning(caller, flow, action):
    call = caller(queue_flow(flow, action, [{"Text": ""}, {"Text": " "}]))
    assert not call.all(Play)
    assert call.state.deadline == call.now + 1
    call.tell(TimerExpired(), after_s=1)
    assert call.state.deadline == call.now + 1


def test_loop_when_a_round_takes_no_time_then_pauses(caller, flow, action):
    call = caller(queue_flow(flow, action, [{"PromptId": "empty.wav"}]))
    call.tell(PromptEnded())
    assert len(call.all(Play)) == 1
    call.tell(TimerExpired(), after_s=1)
    assert len(call.all(Play)) == 2


@pytest.mark.parametrize("messages", [[], None, "x", 3])
def test_loop_when_there_are_no_messages_then_error_branch(caller, flow, action, messages):
    call = caller(queue_flow(flow, action, messages))
    assert call.path[0] == ("loop", "NoMatchingError")
    assert call.last(FlowFinished).outcome == "DISCONNECTED_PARTICIPANT"


def test_loop_when_keys_are_pressed_then_they_are_dropped(caller, flow, action):
    call = caller(queue_flow(flow, action, [{"PromptId": "music"}]))
    call.press("12")
    assert call.state.keys == ""
    assert call.state.waiting_for is WaitingFor.ROUTING
