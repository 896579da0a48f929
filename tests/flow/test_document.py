"""Reading documents: what is taken, and that every problem is told at once."""

from __future__ import annotations

import hashlib
import json

import pytest

from appliance.errors import FlowError
from appliance.flow.document import canonical, check, parse, read_json
from appliance.flow.model import FlowType
from appliance.ids import FlowId

NAME = FlowId("test")


def test_parse_when_document_is_good_then_flow_has_everything(document, action):
    given = document(
        action("ask", "Compare", {"ComparisonValue": "$.Channel"}, then="end", when=[("VOICE", "end")]),
        action("end", "DisconnectParticipant"),
    )
    flow = parse(given, name=NAME)
    assert flow.start == "ask"
    assert flow.flow_type is FlowType.CONTACT_FLOW
    assert flow.actions["ask"].choices[0].target == "end"
    assert flow.actions["ask"].next == "end"


def test_parse_when_given_as_text_bytes_and_object_then_the_same_flow(document, action):
    given = document(action("end", "DisconnectParticipant"))
    text = json.dumps(given, indent=3)
    assert parse(text, name=NAME) == parse(text.encode(), name=NAME) == parse(given, name=NAME)


def test_sha256_when_keys_are_reordered_then_is_that_of_the_canonical_text(document, action):
    given = document(action("end", "DisconnectParticipant"))
    flow = parse(json.dumps(given), name=NAME)
    assert flow.sha256 == hashlib.sha256(canonical(given)).hexdigest()
    assert flow.sha256 == parse(json.dumps(dict(reversed(given.items()))), name=NAME).sha256


def test_parse_when_much_is_wrong_then_every_problem_names_its_action():
    given = {
        "Version": "1",
        "StartAction": "nowhere",
        "Actions": [
            {"Identifier": "a:b", "Type": "Compare", "Transitions": {"NextAction": "lost"}},
            {"Identifier": "twice", "Type": "X"},
            {"Identifier": "twice", "Type": "X"},
            {"Type": "X"},
            7,
            {"Identifier": "odd", "Parameters": 3, "Transitions": {"Errors": [{}], "Conditions": [{"Condition": 1}]}},
            {"Identifier": "toString", "Type": "X"},
            {"Identifier": "x" * 51, "Type": "X", "Transitions": {"NextAction": 4}},
        ],
    }
    with pytest.raises(FlowError) as caught:
        parse(given, name=NAME)
    problems = "\n".join(caught.value.problems)
    for part in (
        "Version is '1'",
        "StartAction 'nowhere'",
        "'a:b': an Identifier can't hold ':'",
        "'a:b': NextAction leads to 'lost'",
        "'twice' occurs twice",
        "action number 4",
        "action number 5",
        "'odd' has no Type",
        "'odd': Parameters must be an object",
        "'odd': an entry of Errors",
        "'odd': an entry of Conditions",
        "'toString': this Identifier is reserved",
        "at most 50 characters",
        "NextAction must be a text",
    ):
        assert part in problems


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '"x"', "null", "[" * 100_000, '{"Actions": []}', "\ud800"])
def test_parse_when_it_is_no_flow_then_flow_error(text):
    with pytest.raises(FlowError):
        parse(text, name=NAME)


def test_parse_when_there_are_too_many_actions_then_says_the_limit(document, action):
    many = [action(f"a{number}", "DisconnectParticipant") for number in range(251)]
    with pytest.raises(FlowError, match="251 actions; at most 250"):
        parse(document(*many), name=NAME)
    assert len(parse(document(*many[:250]), name=NAME).actions) == 250


def test_parse_when_object_holds_no_json_then_flow_error():
    with pytest.raises(FlowError):
        parse({"Actions": object()}, name=NAME)


def test_condition_when_nested_too_deep_then_is_a_problem(document, action):
    nested = {"Operator": "Equals", "Operands": ["x"]}
    for _ in range(5):
        nested = {"Operator": "Not", "Operands": [nested]}
    given = document(action("a", "Compare", then="a"))
    given["Actions"][0]["Transitions"]["Conditions"] = [{"NextAction": "a", "Condition": nested}]
    with pytest.raises(FlowError, match="Conditions"):
        parse(given, name=NAME)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("agentWhisper", FlowType.AGENT_WHISPER), ("CUSTOMER_HOLD", FlowType.CUSTOMER_HOLD), ("?", FlowType.CONTACT_FLOW)],
)
def test_flow_type_when_metadata_names_it_then_is_that(document, action, kind, expected):
    assert parse(document(action("a", "EndFlowExecution"), kind=kind), name=NAME).flow_type is expected


def test_flow_type_when_nothing_names_it_then_actions_betray_it(document, action):
    assert parse(document(action("a", "EndFlowModuleExecution"), kind=""), name=NAME).flow_type is FlowType.MODULE
    queue = document(action("a", "MessageParticipantIteratively"), kind="")
    assert parse(queue, name=NAME).flow_type is FlowType.CUSTOMER_QUEUE
    assert parse(queue, name=NAME, flow_type=FlowType.AGENT_HOLD).flow_type is FlowType.AGENT_HOLD


def test_read_json_when_text_is_cut_then_flow_error():
    with pytest.raises(FlowError, match="no JSON"):
        read_json(b'{"a": ')


def test_check_when_called_from_document_then_finds(flow, action):
    assert any("PlayPrompt" in found.message for found in check(flow(action("a", "PlayPrompt", then="end"))))
