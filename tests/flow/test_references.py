"""What $. means."""

from __future__ import annotations

import pytest

from appliance.flow.facts import ContactFacts
from appliance.flow.references import as_text, lookup, path_of, resolve

FACTS = ContactFacts(
    contact_id="c-1",
    customer_endpoint="+82255501000",
    system_endpoint="+8227770000",
    attributes={"name": "Kim", "a.b": "dotted", "with space": "spaced", "empty": ""},
    external={"code": "7", "deep": {"list": [{"x": "y"}]}, "flag": True, "none": None, "rate": 1.5, "이름": "Lee"},
    stored_input="Timeout",
    queue="sales",
    queue_name="Sales",
    queue_arn="arn:q",
    queue_caller_id="+8215880000",
    agent_username="kim",
    agent_first_name="Min",
    metrics={"Queue.Size": "4", "Agents.Online.Count": "2", "Contact.PositionInQueue": "3"},
    sip_headers={"P-Charge-Info": "x", "From": "sip:a@b"},
    lex={"IntentName": "Book", "Slots": {"city": "Seoul"}},
    tags={"aws:connect:k": "t"},
)
FLOW = {"step": "two"}


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("$.Attributes.name", "Kim"),
        ("$['Attributes']['name']", "Kim"),
        ('$.Attributes["a.b"]', "dotted"),
        ("$.Attributes.a.b", "dotted"),
        ("$.Attributes.with space", "spaced"),
        ("$.FlowAttributes.step", "two"),
        ("$.External.code", "7"),
        ("$.External.deep.list[0].x", "y"),
        ("$.External.flag", "true"),
        ("$.External.rate", "1.5"),
        ("$.External.deep", '{"list":[{"x":"y"}]}'),
        ("$.External.none", ""),
        ("$.External.absent", ""),
        ("$.StoredCustomerInput", "Timeout"),
        ("$.CustomerEndpoint.Address", "+82255501000"),
        ("$.SystemEndpoint.Type", "TELEPHONE_NUMBER"),
        ("$.Queue.Name", "Sales"),
        ("$.Queue.OutboundCallerId.Address", "+8215880000"),
        ("$.Agent.UserName", "kim"),
        ("$.Metrics.Queue.Size", "4"),
        ("$.Metrics.Agents.Online.Count", "2"),
        ("$.Media.Sip.Headers.P-Charge-Info", "x"),
        ("$.Lex.Slots.city", "Seoul"),
        ("$.Channel", "VOICE"),
        ("$.InitialContactId", "c-1"),
        ("$.TextToSpeechVoiceId", "Joanna"),
        ("$.Tags.aws:connect:k", "t"),
        ("$.Customer.FirstName", ""),
        ("$.Wisdom.SessionArn", ""),
    ],
)
def test_resolve_when_text_is_one_reference_then_its_value(reference, expected):
    assert resolve(FACTS, FLOW, reference) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello $.Attributes.name, you are $.Metrics.Contact.PositionInQueue.", "Hello Kim, you are 3."),
        ("Hello $.Attributes.name.", "Hello Kim."),
        ("Hello $.Attributes.name.Welcome", "Hello Kim.Welcome"),
        ("$.Attributes.name$.Attributes.name", "KimKim"),
        ("That is $5.00 or $.50", "That is $5.00 or $.50"),
        ("no reference", "no reference"),
        ("[$.External.absent]", "[]"),
        ("$.Unknown.thing stays", "$.Unknown.thing stays"),
        ("${Template} $.Channel", "${Template} VOICE"),
        ("고객 $.Attributes.name님, $.Metrics.Contact.PositionInQueue번째", "고객 Kim님, 3번째"),
        ("$.Attributes.name님", "Kim님"),
        ("$.Attributes.absent님", "님"),
        ("$.External.이름", "Lee"),
    ],
)
def test_resolve_when_references_stand_in_text_then_are_replaced(text, expected):
    assert resolve(FACTS, FLOW, text) == expected


def test_resolve_when_markup_then_values_are_escaped_but_whole_documents_are_not():
    facts = ContactFacts(attributes={"name": "A&B <x>", "doc": "<speak>hi</speak>"})
    assert resolve(facts, {}, "<speak>$.Attributes.name</speak>", markup=True) == "<speak>A&amp;B &lt;x&gt;</speak>"
    assert resolve(facts, {}, "$.Attributes.doc", markup=True) == "<speak>hi</speak>"


def test_lookup_when_override_is_set_then_wins_over_everything():
    facts = ContactFacts(attributes={"k": "1"}, overrides={"Attributes.k": "2", "Customer.City": "Busan"})
    assert resolve(facts, {}, "$.Attributes.k $.Customer.City") == "2 Busan"
    assert lookup(facts, {}, ("Attributes", "k")) == "2"


def test_agent_and_queue_when_there_are_none_then_empty():
    assert resolve(ContactFacts(), {}, "$.Agent.UserName") == ""
    assert resolve(ContactFacts(), {}, "$.Queue.Name") == ""


def test_path_of_when_text_is_more_than_a_reference_then_none():
    assert path_of("$.Channel") == ("Channel",)
    assert path_of(" $.Channel ") == ("Channel",)
    assert path_of("x $.Channel") is None
    assert path_of("$") is None


def test_as_text_when_value_is_no_json_then_empty():
    assert as_text(object()) == ""
    assert as_text(12) == "12"
