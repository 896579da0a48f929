"""What a caller from a trunk may have the box do: nothing without an agent's number and PIN, whatever the flow says."""

from __future__ import annotations

from typing import Any

import pytest
from kit.box import BoxSettings, RunningBox
from kit.processes import wait_until
from kit.provider import Provider, trunk_toml

pytestmark = pytest.mark.scenario
PROVING, LYING = "+12125550160", "+12125550161"
PIN = "80264193"


@pytest.fixture(scope="module")
def box_settings(trunk_port: int) -> BoxSettings:
    extra = trunk_toml(trunk_port)
    for number, flow in ((PROVING, "proving"), (LYING, "lying")):
        extra += f'[[numbers]]\nnumber = "{number}"\nflow = "{flow}"\n'
    return {"capacity": 3, "extra": extra}


def asking(function: str, **parameters: str) -> dict[str, Any]:
    """A flow that calls a box function and notes what is to be said: `said` on success, `refused` on failure."""
    ends = {"Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}], "Conditions": []}

    def note(name: str) -> dict[str, Any]:
        attributes = {"Attributes": {name: "$.External.sentence"}, "TargetContact": "Current"}
        ways = {"NextAction": "end", **ends}
        return {"Identifier": name, "Type": "UpdateContactAttributes", "Parameters": attributes, "Transitions": ways}

    call = {"LambdaFunctionARN": function, "LambdaInvocationAttributes": parameters}
    failed = [{"ErrorType": "NoMatchingError", "NextAction": "refused"}]
    ways = {"NextAction": "said", "Errors": failed, "Conditions": []}
    first = {"Identifier": "ask", "Type": "InvokeLambdaFunction", "Parameters": call, "Transitions": ways}
    end = {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
    actions = [first, note("said"), note("refused"), end]
    return {"Version": "2019-10-30", "StartAction": "ask", "Actions": actions}


def calls(box: RunningBox, number: str, provider: Provider) -> dict[str, Any]:
    """What the flow has noted when a stranger has called."""
    caller = provider.calls(box, number, pause_ms=1500)
    row = box.wait_contact(lambda row: row["source"] == "trunk:acme" and row["system"] == number)
    attributes: dict[str, Any] = box.wait_closed(row["contact"])["Attributes"]
    caller.wait(failures=1)  # the box hangs up first, which this script does not expect
    return attributes


def test_stranger_when_the_flow_has_number_and_pin_then_acts_for_that_agent(
    box: RunningBox, provider: Provider
) -> None:
    box.add_agent("ann", "201", "sales")
    login = box.api.call("agent.pin", agent="ann", pin=PIN)["login"]
    document = asking("linekeeper:agent.status", agent=login, pin=PIN, argument="3")
    box.api.call("flow.install", name="proving", document=document)
    noted = calls(box, PROVING, provider)
    assert noted == {"said": "Your status is: Break."}
    wait_until(lambda: box.agents()["ann"]["status"] == "Break", timeout_s=5, what="ann has a break")


def test_stranger_when_the_flow_claims_a_phone_inside_then_is_refused(box: RunningBox, provider: Provider) -> None:
    document = asking("linekeeper:phone.whoami", extension="201", agent="ann", contact="another")
    box.api.call("flow.install", name="lying", document=document)
    noted = calls(box, LYING, provider)
    assert noted == {"refused": "That is only possible from a phone inside."}
