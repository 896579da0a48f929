"""An analog line behind a gateway box: calls go by SIP, its state is shown as any line's. The gateway is a pjsua2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kit.box import TRUNK_ADDRESS, BoxSettings, RunningBox
from kit.device_agent import DeviceAgent
from kit.processes import wait_until
from kit.talk import CUSTOMER_HZ, MENU_HZ, PhoneMaker, hears

from appliance.cli.main import main
from appliance.devices.agent.settings import AgentSettings

pytestmark = pytest.mark.scenario
NUMBER, OUTSIDE, FAR_HZ = "+12125550178", "+12125559999", 1100.0


@pytest.fixture(scope="module")
def box_settings(trunk_port: int) -> BoxSettings:
    line = (
        f'\n[[lines]]\nname = "back"\nkind = "sipfxo"\nnumber = "{NUMBER}"\nflow = "menu"\n'
        f'host = "{TRUNK_ADDRESS}"\nport = {trunk_port}\n'
    )
    return {"capacity": 3, "extra": line}


@pytest.fixture
def gateway(box: RunningBox, trunk_port: int, tmp_path: Path) -> Iterator[DeviceAgent]:
    settings = AgentSettings(user="fxo", edge=box.address, address=TRUNK_ADDRESS, sip_port=trunk_port)
    with DeviceAgent(tmp_path / "gateway", settings, tone_hz=FAR_HZ) as running:
        running.ask("show")
        yield running


def shown(box: RunningBox, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What `linekeeper line list` says."""
    capsys.readouterr()
    assert main(["line", "list", "--json", "--config", str(box.config)]) == 0
    row: dict[str, Any] = json.loads(capsys.readouterr().out)[0]
    return row


def wait_state(box: RunningBox, capsys: pytest.CaptureFixture[str], state: str) -> dict[str, Any]:
    wait_until(lambda: shown(box, capsys)["state"] == state, timeout_s=25, what=f"the line is {state}; {box.log}")
    return shown(box, capsys)


def test_line_when_calls_come_and_go_then_it_is_shown_as_any_line(
    box: RunningBox, gateway: DeviceAgent, phone: PhoneMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    wait_state(box, capsys, "idle")
    gateway.ask("dial", number=NUMBER, caller="2125550123", name="KIM")
    gateway.until("answered")
    gateway.hears(MENU_HZ)
    wait_state(box, capsys, "talking")
    row = box.wait_contact(lambda row: row["source"] == "trunk:back")
    gateway.ask("hang_up")
    assert box.wait_closed(row["contact"])["CustomerEndpoint"]["Address"] == "+12125550123"
    assert wait_state(box, capsys, "idle")["calls_in"] == 1

    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    caller.dial(OUTSIDE)
    gateway.until("offered 101", timeout_s=15)
    wait_state(box, capsys, "dialled")
    gateway.ask("reply", status=200)
    caller.wait_for("CALL_ESTABLISHED")
    hears(caller, FAR_HZ)
    gateway.hears(CUSTOMER_HZ)
    wait_state(box, capsys, "talking")
    caller.hang_up()
    assert wait_state(box, capsys, "idle")["calls_out"] == 1


def test_gateway_when_it_is_switched_off_then_the_line_is_lost(
    box: RunningBox, capsys: pytest.CaptureFixture[str]
) -> None:
    wait_state(box, capsys, "no_line")
    assert "gateway of line back doesn't answer; check its power and cable" in box.log.read_text()
