"""An analog line by a DAA: exchange → pins and sound card → line service → edge → flow → agent and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.box import BoxSettings, RunningBox
from kit.daa_over_socket import SOCKET, DaaOnSocket, driver_folder
from kit.exchange import TALK_HZ
from kit.line_service import NUMBER, SUBSCRIBER, LineRun, exchange_plan, hears_tone, line_toml, running_daa
from kit.ports import PortBlock, reserved_ports
from kit.processes import wait_until
from kit.talk import AGENT_HZ, CUSTOMER_HZ, MENU_HZ, PhoneMaker, hears

from hw.line.caller_id import CallerId

pytestmark = pytest.mark.scenario
KIM = CallerId(number="2125550123", name="KIM MINSU")
TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def sip_ports() -> Iterator[PortBlock]:
    with reserved_ports(1) as block:
        yield block


@pytest.fixture(scope="module")
def box_settings(sip_ports: PortBlock) -> BoxSettings:
    return {"capacity": 3, "extra": line_toml("front", "", sip_ports.take(), kind="daa")}


@pytest.fixture
def line(box: RunningBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LineRun]:
    daa = DaaOnSocket(box.run / "daa.sock", exchange_plan())
    daa.exchange.speaking = True
    places = (str(driver_folder(tmp_path / "drivers")), str(TESTS), os.environ.get("PYTHONPATH", str(TESTS.parent)))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(places))
    monkeypatch.setenv(SOCKET, str(daa.path))
    with running_daa(box, daa, tmp_path) as running:
        yield running
    daa.close()
    daa.path.unlink()


def test_call_in_when_it_rings_then_caller_flow_keys_agent_and_sound_both_ways(
    box: RunningBox, line: LineRun, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    line.exchange.call(KIM)
    hears_tone(line.exchange, MENU_HZ, timeout_s=15)
    line.exchange.press("1")
    agent.wait_for("CALL_INCOMING", timeout_s=15)
    agent.answer()
    agent.wait_for("CALL_ESTABLISHED")
    hears(agent, TALK_HZ)
    hears_tone(line.exchange, AGENT_HZ)
    row = box.wait_contact(lambda row: row["source"] == "trunk:front")
    line.exchange.hang_up()
    agent.wait_for("CALL_CLOSED")
    record = box.wait_closed(row["contact"])
    assert record["CustomerEndpoint"]["Address"] == "+12125550123"
    assert record["SystemEndpoint"]["Address"] == NUMBER
    assert line.shown()["last_end"] == "far_end"


def test_call_out_when_an_extension_dials_then_both_talk_and_hanging_up_frees_the_line(
    box: RunningBox, line: LineRun, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    caller.dial(f"+{SUBSCRIBER}")
    caller.wait_for("CALL_ESTABLISHED", timeout_s=30)
    assert line.exchange.dialled.endswith(SUBSCRIBER)
    hears(caller, TALK_HZ)
    hears_tone(line.exchange, CUSTOMER_HZ)
    caller.hang_up()
    wait_until(lambda: not line.exchange.off_hook, timeout_s=10, what="on-hook")
