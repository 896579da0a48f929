"""What a caller from a trunk may have the box do: nothing without an agent's number and PIN, whatever the flow says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kit.box import TRUNK_ADDRESS, RunningBox
from kit.ports import PortBlock, reserved_ports
from kit.processes import wait_until
from kit.sipp import Sipp

pytestmark = pytest.mark.scenario
PROVING, LYING = "+12125550160", "+12125550161"
PIN = "80264193"


@pytest.fixture(scope="module")
def provider_ports() -> Iterator[PortBlock]:
    with reserved_ports(20) as block:
        yield block


@pytest.fixture(scope="module")
def trunk_port(provider_ports: PortBlock) -> int:
    return provider_ports.take()


@pytest.fixture(scope="module")
def shared_box(tmp_path_factory: pytest.TempPathFactory, trunk_port: int) -> Iterator[RunningBox]:
    extra = f'\n[[trunks]]\nname = "acme"\nkind = "static"\nhost = "{TRUNK_ADDRESS}"\nport = {trunk_port}\n'
    for number, flow in ((PROVING, "proving"), (LYING, "lying")):
        extra += f'[[numbers]]\nnumber = "{number}"\nflow = "{flow}"\n'
    with RunningBox(tmp_path_factory.mktemp("box"), capacity=3, extra=extra) as running:
        running.install_flows()
        yield running


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


def calls(box: RunningBox, number: str, *, trunk_port: int, media_port: int, folder: Path) -> dict[str, Any]:
    """What the flow has noted when a stranger has called."""
    rows = [("+12125550123", "-", number, media_port)]
    caller = Sipp(
        folder,
        "uac_trunk",
        port=trunk_port,
        remote=box.address,
        address=TRUNK_ADDRESS,
        rows=rows,
        calls=1,
        pause_ms=1500,
        timeout_s=30,
    )
    row = box.wait_contact(lambda row: row["source"] == "trunk:acme" and row["system"] == number)
    attributes: dict[str, Any] = box.wait_closed(row["contact"])["Attributes"]
    caller.wait(failures=1)  # the box hangs up first, which this script does not expect
    return attributes


def test_stranger_when_the_flow_has_number_and_pin_then_acts_for_that_agent(
    box: RunningBox, trunk_port: int, ports: PortBlock, tmp_path: Path
) -> None:
    box.add_agent("ann", "201", "sales")
    login = box.api.call("agent.pin", agent="ann", pin=PIN)["login"]
    document = asking("linekeeper:agent.status", agent=login, pin=PIN, argument="3")
    box.api.call("flow.install", name="proving", document=document)
    noted = calls(box, PROVING, trunk_port=trunk_port, media_port=ports.take_even(), folder=tmp_path)
    assert noted == {"said": "Your status is: Break."}
    wait_until(lambda: box.agents()["ann"]["status"] == "Break", timeout_s=5, what="ann has a break")


def test_stranger_when_the_flow_claims_a_phone_inside_then_is_refused(
    box: RunningBox, trunk_port: int, ports: PortBlock, tmp_path: Path
) -> None:
    document = asking("linekeeper:phone.whoami", extension="201", agent="ann", contact="another")
    box.api.call("flow.install", name="lying", document=document)
    noted = calls(box, LYING, trunk_port=trunk_port, media_port=ports.take_even(), folder=tmp_path)
    assert noted == {"refused": "That is only possible from a phone inside."}
