"""Recording, event hooks, routing."""

from __future__ import annotations

import pytest

from appliance.flow.commands import SetEventHook, SetRecording
from appliance.flow.facts import Library

BOTH = {"RecordedParticipants": ["Agent", "Customer"], "IVRRecordingBehavior": "Enabled"}


@pytest.fixture
def run(caller, flow, action):
    def make(kind, parameters, **rest):
        extra = {"NoMatchingError": "bad", "ChannelMismatch": "other"}
        return caller(flow(action("a", kind, parameters, then="end", errors=extra)), **rest)

    return make


@pytest.mark.parametrize(
    ("behavior", "expected"),
    [
        (
            {"RecordedParticipants": ["Agent", "Customer"], "IVRRecordingBehavior": "Enabled"},
            ({"Agent", "Customer"}, True),
        ),
        ({"RecordedParticipants": []}, (set(), False)),
        ({"RecordedParticipants": ["Agent", "Nobody", 3]}, ({"Agent"}, False)),
    ],
)
def test_recording_when_set_in_either_form_then_the_same(run, behavior, expected):
    old = run("UpdateContactRecordingBehavior", {"RecordingBehavior": behavior, "AnalyticsBehavior": {}})
    new = run(
        "UpdateContactRecordingAndAnalyticsBehavior",
        {"VoiceBehavior": {"VoiceRecordingBehavior": behavior, "VoiceAnalyticsBehavior": {}}},
    )
    for call in (old, new):
        assert (call.last(SetRecording).participants, call.last(SetRecording).ivr) == expected
        assert call.path[-1][0] == "end"


def test_recording_when_only_chat_or_screen_then_mismatch_or_nothing(run):
    kind = "UpdateContactRecordingAndAnalyticsBehavior"
    assert run(kind, {"ChatBehavior": {}}).path == [("a", "ChannelMismatch"), ("other", "Success")]
    assert run(kind, {"ScreenRecordingBehavior": {}}).path[-1][0] == "end"


def test_hooks_when_flow_is_known_then_set(run, flow, action):
    library = Library(flows={"hold": flow(action("x", "EndFlowExecution"))}, names={"arn:1": "hold"})
    call = run("UpdateContactEventHooks", {"EventHooks": {"CustomerHold": "arn:1"}}, library=library)
    assert call.last(SetEventHook) == SetEventHook(hook="CustomerHold", flow="arn:1")
    assert call.state.facts.hooks == {"CustomerHold": "arn:1"}


def test_hooks_when_flow_is_unknown_then_error_and_when_disabled_then_off(run):
    assert run("UpdateContactEventHooks", {"EventHooks": {"CustomerHold": "x"}}).path[-1][0] == "bad"
    call = run("UpdateContactEventHooks", {"EventHooksConfiguration": {"AgentWhisper": {"DisableExecution": "true"}}})
    assert call.last(SetEventHook) == SetEventHook(hook="AgentWhisper", flow=None)


def test_hooks_when_for_an_agent_screen_then_no_flow_is_needed(run):
    assert run("UpdateContactEventHooks", {"EventHooks": {"DefaultAgentUI": "guide"}}).path[-1][0] == "end"
