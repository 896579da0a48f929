"""Calls of box functions: names, parameters and answers."""

from __future__ import annotations

import pytest

from appliance.features import BOX_FUNCTIONS
from appliance.flow.check import check
from appliance.flow.check_functions import function_findings
from appliance.flow.defaults import system_documents
from appliance.flow.document import parse


def invoke(action, function, then="say", **parameters):
    given = {"LambdaFunctionARN": function, "LambdaInvocationAttributes": parameters}
    return action("call", "InvokeLambdaFunction", given, then=then, errors={"NoMatchingError": "end"})


def say(action, text):
    return action("say", "MessageParticipant", {"Text": text}, then="end", errors={"NoMatchingError": "end"})


@pytest.mark.parametrize(
    ("call", "message", "meant"),
    [
        (
            ("linekeeper:agent.log_inn", {}),
            "there is no box function linekeeper:agent.log_inn",
            "linekeeper:agent.log_in",
        ),
        (("linekeeper:agent.status", {"argumnt": "1", "argument": "1"}), "has no parameter 'argumnt'", "argument"),
        (("linekeeper:agent.log_in", {"agent": "1"}), "needs the parameter 'pin'", ""),
        (("linekeeper:agent.log_in", {"agent": "1", "pin": "2", "argument": "3"}), "has no parameter 'argument'", None),
    ],
)
def test_call_when_it_can_not_work_then_is_found(flow, action, call, message, meant):
    function, parameters = call
    (finding,) = [
        one for one in check(flow(invoke(action, function, **parameters), say(action, "x"))) if one.action == "call"
    ]
    assert message in finding.message
    assert meant is None or finding.suggestion == meant


def test_call_when_it_is_right_then_nothing_is_found(flow, action):
    proved = {"argument": "1", "agent": "1001", "pin": "$.StoredCustomerInput"}
    good = flow(invoke(action, "linekeeper:agent.status", **proved), say(action, "$.External.sentence"))
    assert list(function_findings(good)) == []


def test_answer_when_no_function_of_the_flow_gives_it_then_is_found(flow, action):
    bad = flow(invoke(action, "linekeeper:agent.status", argument="1"), say(action, "Now $.External.stattus."))
    ((where, message, meant),) = function_findings(bad)
    assert (where.identifier, message) == ("say", "no box function of this flow answers 'stattus'")
    assert meant == "error, sentence, status"


@pytest.mark.parametrize("function", ["own", "$.Attributes.function"])
def test_answer_when_another_function_may_give_it_then_is_nobodys_fault(flow, action, function):
    assert list(function_findings(flow(invoke(action, function), say(action, "$.External.anything")))) == []


@pytest.mark.parametrize("name", sorted(system_documents()))
def test_system_flow_when_checked_then_nothing_is_found(name):
    assert check(parse(system_documents()[name], name=name)) == []


def test_rows_when_they_need_a_parameter_then_take_it():
    assert [row.name for row in BOX_FUNCTIONS.values() if not set(row.needs) <= set(row.parameters)] == []
