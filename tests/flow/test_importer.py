"""Files as customers hand them over: wrapped, templated, broken."""

from __future__ import annotations

import json

import pytest

from appliance.errors import FlowError
from appliance.flow.importer import import_flows
from appliance.flow.model import FlowType
from appliance.flow.walk import walk

TO_END = {"NoMatchingError": "end"}
HEAD = "Resources:\n  F:\n    Type: AWS::Connect::ContactFlow\n    Properties:\n      Content: "


@pytest.fixture
def plain(document, action):
    return document(
        action("hi", "MessageParticipant", {"Text": "Hello {friend} 100% \"quoted\""}, then="q"),
        action("q", "UpdateContactTargetQueue", {"QueueId": "${QueueArn}"}, then="end", errors=TO_END),
        action("end", "DisconnectParticipant"),
    )  # fmt: skip


def only(data, name="file"):
    found = import_flows(data if isinstance(data, bytes) else data.encode(), name=name)
    assert len(found) == 1
    return found[0]


def test_import_when_file_is_a_flow_then_nothing_is_changed(plain):
    found = only(json.dumps(plain))
    assert found.document == plain
    assert found.changes == ()
    assert (found.name, found.legacy, found.placeholders) == ("file", False, ("${QueueArn}",))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_import_when_file_has_another_encoding_then_read(plain, encoding):
    assert only(json.dumps(plain).encode(encoding)).document == plain


def test_import_when_describe_output_then_name_and_type_are_taken(plain):
    described = {
        "ContactFlow": {
            "Arn": "arn:f/1",
            "Id": "1",
            "Name": "Main",
            "Type": "CUSTOMER_WHISPER",
            "Content": json.dumps(plain),
        }
    }
    found = only(json.dumps(described))
    assert found.ids == ("arn:f/1", "1")
    assert (found.name, found.flow.flow_type) == ("Main", FlowType.CUSTOMER_WHISPER)
    assert found.document == plain
    assert found.changes == ("unwrapped from ContactFlow / Content / text",)


def test_import_when_cloudformation_sub_then_placeholders_stay(plain):
    stack = {
        "Resources": {
            "F": {
                "Type": "AWS::Connect::ContactFlow",
                "Properties": {
                    "Name": "Stack flow",
                    "Type": "CONTACT_FLOW",
                    "Content": {"Fn::Sub": [json.dumps(plain), {"x": "y"}]},
                },
            }
        }
    }
    found = only(json.dumps(stack))
    assert (found.name, found.flow.flow_type) == ("Stack flow", FlowType.CONTACT_FLOW)
    assert found.ids == ("${F}", "${F.ContactFlowArn}")
    assert found.placeholders == ("${QueueArn}",)


def test_import_when_cloudformation_join_then_references_become_placeholders(plain):
    text = json.dumps(plain)
    before, after = text.split("${QueueArn}")
    parts = [before, {"Fn::GetAtt": ["Queue", "QueueArn"]}, after]
    found = only(json.dumps({"Content": {"Fn::Join": ["", parts]}}))
    assert found.placeholders == ("${Queue.QueueArn}",)


@pytest.mark.parametrize("shape", ["block", "quoted"])
def test_import_when_cloudformation_is_yaml_then_flow_is_found(plain, shape):
    text = json.dumps(plain, indent=2)
    content = "!Sub |\n" + "\n".join("        " + line for line in text.splitlines())
    if shape == "quoted":
        content = json.dumps(json.dumps(plain))
    assert only(f"{HEAD}{content}\nOutputs: x\n").document == plain


def test_import_when_terraform_then_flow_is_found(plain):
    text = json.dumps(plain).replace('"${QueueArn}"', "${jsonencode(aws_connect_queue.q.arn)}")
    found = only(f'resource "aws_connect_contact_flow" "f" {{\n  name = "x"\n  content = <<JSON\n{text}\nJSON\n}}\n')
    assert found.placeholders == ("${jsonencode(aws_connect_queue.q.arn)}",)


@pytest.mark.parametrize("placeholder", ["${QueueArn}", "{{queue.arn}}", "%QueueArn%", "%%QueueArn%%", "<<QueueArn>>"])
@pytest.mark.parametrize("quoted", [True, False])
def test_import_when_templated_then_placeholder_is_named(plain, placeholder, quoted):
    text = json.dumps(plain).replace('"${QueueArn}"', f'"{placeholder}"' if quoted else placeholder)
    found = only(text)
    assert found.placeholders == (placeholder,)
    assert found.flow.actions["q"].parameter("QueueId") == placeholder


def test_import_when_placeholder_holds_quotes_then_read(plain):
    text = json.dumps(plain).replace("${QueueArn}", '${lookup(var.queues, "sales")}')
    assert only(text).flow.actions["q"].parameter("QueueId") == '${lookup(var.queues, "sales")}'


def test_import_when_json_is_sloppy_then_read(plain):
    text = json.dumps(plain, indent=1)
    sloppy = "// a flow\n" + text.replace('"DisconnectParticipant",', '"DisconnectParticipant", /* end */').replace(
        "]\n}", "],\n}"
    ).replace("Hello", "Hel\nlo")
    found = only(sloppy)
    assert list(found.flow.actions) == ["hi", "q", "end"]


def test_import_when_file_holds_several_then_all(plain):
    found = import_flows(json.dumps({"flows": [plain, {"Content": json.dumps(plain)}]}).encode(), name="many")
    assert [part.name for part in found] == ["many-1", "many-2"]


def test_import_when_older_export_then_converted_and_said():
    old = {
        "modules": [{"id": "a", "type": "Disconnect", "branches": [], "parameters": []}],
        "start": "a",
        "type": "customerQueue",
        "metadata": {"name": "Old"},
        "version": "1",
    }
    found = only(json.dumps(old))
    assert (found.name, found.legacy, found.flow.flow_type) == ("Old", True, FlowType.CUSTOMER_QUEUE)
    assert "older export of 1 blocks" in found.changes[0]


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"nothing here", b'{"StartAction": "x"}', b"\xff\xfe\x00", b'"modules"', b"{" * 9000]
)
def test_import_when_there_is_no_flow_then_flow_error(data):
    with pytest.raises(FlowError, match="file holds no flow"):
        import_flows(data, name="file")


def test_import_when_flow_is_broken_then_mended_and_every_change_said():
    broken = {
        "StartAction": "gone",
        "Actions": [
            {"Identifier": "a:b", "Type": "MessageParticipant",
             "Transitions": {"NextAction": "lost",
                             "Errors": [{"ErrorType": 3}, {"ErrorType": "X", "NextAction": "c"}]}},
            "junk",
            {"Type": "DisconnectParticipant"},
            {"Identifier": "c", "Type": "Compare", "Parameters": 7, "Transitions": {"Conditions": [
                {"NextAction": "a:b", "Condition": {"Operator": "Equals", "Operands": "1"}},
                {"NextAction": "a:b", "Condition": {"Operator": None}}]}},
            {"Identifier": "c", "Type": "Compare"},
            {"Identifier": "d", "Transitions": []},
        ],
    }  # fmt: skip
    found = only(json.dumps(broken))
    changes = "\n".join(found.changes)
    for part in (
        "Version None became '2019-10-30'",
        "action 'a:b' was renamed",
        "led to 'lost', which is missing",
        "1 malformed entries of Errors were dropped",
        "1 malformed entries of Conditions were dropped",
        "action number 2 is no object",
        "action number 3 had no Identifier",
        "Parameters was no object",
        "'c' occurs twice",
        "'d' had no Type",
        "StartAction 'gone' is missing; the flow begins with",
    ):
        assert part in changes
    assert found.flow.actions["c"].choices[0].condition.operands == ("1",)
    assert walk(found.flow).whole
