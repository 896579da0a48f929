"""Finding flows in what wraps them."""

from __future__ import annotations

import json

from appliance.flow.unwrap import flows_in

FLOW = {"StartAction": "a", "Actions": [{"Identifier": "a", "Type": "DisconnectParticipant"}]}


def found(value):
    return flows_in(json.dumps(value).encode())


def test_flows_when_wrapped_then_way_name_and_type_are_told():
    wrapped = found({"ContactFlowModule": {"Name": "m", "Content": json.dumps(FLOW)}})[0]
    assert (wrapped.document, wrapped.name) == (FLOW, "m")
    assert wrapped.wrapping == ("ContactFlowModule", "Content", "text")
    assert found({"Name": "n", "Type": "CUSTOMER_HOLD", "Content": json.dumps(FLOW)})[0].flow_type == "CUSTOMER_HOLD"


def test_flows_when_type_is_that_of_a_stack_resource_then_is_not_a_flow_type():
    stack = {"Type": "AWS::Connect::ContactFlow", "Properties": {"Content": json.dumps(FLOW)}}
    assert found(stack)[0].flow_type == ""


def test_flows_when_text_is_wrapped_twice_then_found():
    assert found({"Content": json.dumps({"Content": json.dumps(FLOW)})})[0].document == FLOW


def test_flows_when_functions_are_nested_then_joined_with_placeholders():
    head, tail = json.dumps(FLOW).split('"a"', 1)
    parts = [head, {"Fn::Join": ["", ['"', {"Ref": "Name"}, '"']]}, tail]
    assert found({"Content": {"Fn::Join": ["", parts]}})[0].document["StartAction"] == "${Name}"


def test_flows_when_there_are_none_or_nesting_is_absurd_then_empty():
    assert flows_in(b"{}") == []
    assert flows_in(b"\x00\x01") == []
    deep = json.dumps(FLOW)
    for _ in range(60):
        deep = f'{{"x": {deep}}}'
    assert flows_in(deep.encode()) == [] or flows_in(deep.encode())[0].document == FLOW
