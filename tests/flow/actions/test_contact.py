"""Attributes, data, tags, voice."""

from __future__ import annotations

import pytest

from appliance.flow.commands import SetAttributes, SetContactData
from appliance.flow.facts import ContactFacts

DOC = {"doc": {"Value": "http://x", "Type": "URL"}}


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
