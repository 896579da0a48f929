"""Attributes, data, tags, voice, recording, hooks, routing."""

from __future__ import annotations

import pytest

from appliance.flow.commands import SetAttributes, SetContactData, SetEventHook, SetRecording, SetRoutingCriteria
from appliance.flow.facts import ContactFacts, Library

DOC = {"doc": {"Value": "http://x", "Type": "URL"}}
BOTH = {"RecordedParticipants": ["Agent", "Customer"], "IVRRecordingBehavior": "Enabled"}


@pytest.fixture
def run(caller, flow, action):
    def make(kind, parameters, **rest):
        extra = {"NoMatchingError": "bad", "ChannelMismatch": "other"}
        return caller(flow(action("a", kind, parameters, then="end", errors=extra)), **rest)

    return make


def test_attributes_when_set_then_merged_and_told(run):
    call = run(
        "UpdateContactAttributes",
        {"Attributes": {"b": "$.Attributes.a!", "n": 5, "t": True}},
        facts=ContactFacts(attributes={"a": "1"}),
    )
    assert call.last(SetAttributes) == SetAttributes(attributes={"b": "1!", "n": "5", "t": "True"})
    assert call.state.facts.attributes == {"a": "1", "b": "1!", "n": "5", "t": "True"}


def test_attributes_when_for_related_contact_then_only_told(run):
    call = run("UpdateContactAttributes", {"Attributes": {"b": "2"}, "TargetContact": "Related"})
    assert call.last(SetAttributes).target == "Related"
    assert call.state.facts.attributes == {}


@pytest.mark.parametrize("attributes", [None, [], {"big": "x" * 33_000}])
def test_attributes_when_malformed_or_too_large_then_none_is_set(run, attributes):
    call = run("UpdateContactAttributes", {"Attributes": attributes}, facts=ContactFacts(attributes={"a": "1"}))
    assert call.path[-1][0] == "bad"
    assert not call.all(SetAttributes)
    assert call.state.facts.attributes == {"a": "1"}


def test_data_when_set_then_known_and_told(run):
    call = run(
        "UpdateContactData",
        {
            "Name": "n",
            "LanguageCode": "ko-KR",
            "CustomerId": "$.CustomerEndpoint.Address",
            "WisdomSessionArn": "x",
            "References": DOC,
        },
        facts=ContactFacts(customer_endpoint="+1"),
    )
    assert call.last(SetContactData).fields == {
        "Name": "n",
        "LanguageCode": "ko-KR",
        "CustomerId": "+1",
        "References": DOC,
    }
    assert (call.state.facts.language, call.state.facts.customer_id) == ("ko-KR", "+1")


def test_data_when_only_cloud_fields_then_nothing_happens(run):
    call = run("UpdateContactData", {"WisdomSessionArn": "x", "IsVoiceIdStreamingEnabled": "true"})
    assert not call.all(SetContactData)
    assert call.path[-1][0] == "end"


def test_tags_when_added_and_removed_then_kept(run):
    call = run("TagContact", {"Tags": {"b": "2"}}, facts=ContactFacts(tags={"a": "1"}))
    assert call.state.facts.tags == {"a": "1", "b": "2"}
    call = run("UntagContact", {"TagKeys": ["a"]}, facts=ContactFacts(tags={"a": "1", "b": "2"}))
    assert call.last(SetContactData).fields == {"Tags": {"b": "2"}}


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [("TagContact", {}), ("TagContact", {"Tags": {str(n): "x" for n in range(7)}}), ("UntagContact", {"TagKeys": []})],
)
def test_tags_when_none_or_too_many_then_error_branch(run, kind, parameters):
    assert run(kind, parameters).path[-1][0] == "bad"


def test_voice_when_known_then_set_and_when_unknown_then_error(run):
    assert run("UpdateContactTextToSpeechVoice", {"TextToSpeechVoice": "seoyeon"}).state.facts.voice == "Seoyeon"
    assert run("UpdateContactTextToSpeechVoice", {"TextToSpeechVoice": "Nobody"}).path[-1][0] == "bad"


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


def test_routing_when_set_then_used_on_entering_the_queue(run):
    assert run("UpdateContactRoutingBehavior", {"QueuePriority": "1"}).state.facts.priority == 1
    assert (
        run("UpdateContactRoutingBehavior", {"QueueTimeAdjustmentSeconds": "-30"}).state.facts.time_adjustment_s == -30
    )
    assert run("UpdateContactRoutingBehavior", {"QueuePriority": "x"}).state.facts.priority == 5


@pytest.mark.parametrize("kind", ["UpdateContactRoutingCriteria", "UpdateRoutingCriteria"])
def test_criteria_when_set_then_references_are_resolved(run, kind):
    steps = {"Steps": [{"Expression": {"AttributeCondition": {"Name": "$.Attributes.skill", "ProficiencyLevel": 3}}}]}
    call = run(kind, {"RoutingCriteria": steps}, facts=ContactFacts(attributes={"skill": "tax"}))
    condition = call.last(SetRoutingCriteria).criteria["Steps"][0]["Expression"]["AttributeCondition"]
    assert condition == {"Name": "tax", "ProficiencyLevel": 3}
    assert run(kind, {}).path[-1][0] == "bad"
