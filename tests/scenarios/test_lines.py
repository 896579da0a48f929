"""An analog line of a box: exchange → modem on a pty → line service → edge → flow → agent and back, sound and all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.baresip import Baresip
from kit.box import BoxSettings, RunningBox
from kit.caller_sound import CallerStandard
from kit.exchange import TALK_HZ
from kit.line_service import NUMBER, SUBSCRIBER, LineRun, exchange_plan, hears_tone, line_toml, running_line
from kit.modem_on_pty import ModemOnPty
from kit.ports import PortBlock, reserved_ports
from kit.processes import wait_until
from kit.talk import AGENT_HZ, CUSTOMER_HZ, MENU_HZ, PhoneMaker, contact_of, hears

from hw.line.caller_id import Absence, CallerId

pytestmark = pytest.mark.scenario
KIM = CallerId(number="2125550123", name="KIM MINSU")
NOBODY = CallerId(no_number=Absence.PRIVATE, no_name=Absence.PRIVATE)


@pytest.fixture(scope="module")
def sip_ports() -> Iterator[PortBlock]:
    with reserved_ports(2) as block:
        yield block


@pytest.fixture(scope="module")
def modem() -> Iterator[ModemOnPty]:
    made = ModemOnPty("cx", exchange_plan())
    yield made
    made.close()


@pytest.fixture(scope="module")
def spare_modem() -> Iterator[ModemOnPty]:
    made = ModemOnPty("usr", exchange_plan(breaks=False))
    yield made
    made.close()


@pytest.fixture(scope="module")
def box_settings(sip_ports: PortBlock, modem: ModemOnPty, spare_modem: ModemOnPty) -> BoxSettings:
    front = line_toml("front", modem.path, sip_ports.take())
    return {"capacity": 3, "extra": front + line_toml("spare", spare_modem.path, sip_ports.take())}


@pytest.fixture
def line(box: RunningBox, modem: ModemOnPty, tmp_path: Path) -> Iterator[LineRun]:
    """The service of line `front`, ready; afterwards the line is at rest."""
    with running_line(box, modem, tmp_path) as running:
        modem.exchange.speaking = True
        yield running
        running.idle()


@pytest.fixture
def spare(box: RunningBox, spare_modem: ModemOnPty, tmp_path: Path) -> Iterator[LineRun]:
    with running_line(box, spare_modem, tmp_path, "spare") as running:
        yield running


def through_the_menu(line: LineRun, agent: Baresip, caller: CallerId = KIM) -> None:
    """The caller is answered by the menu, presses 1, and the agent answers."""
    line.exchange.call(caller)
    hears_tone(line.exchange, MENU_HZ, timeout_s=15)
    line.exchange.press("1")
    agent.wait_for("CALL_INCOMING", timeout_s=15)
    agent.answer()
    agent.wait_for("CALL_ESTABLISHED")
    hears(agent, TALK_HZ)
    hears_tone(line.exchange, AGENT_HZ)


def test_call_in_when_it_rings_then_flow_keys_agent_and_sound_both_ways(
    box: RunningBox, line: LineRun, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    through_the_menu(line, agent)
    row = box.wait_contact(lambda row: row["source"] == "trunk:front")
    assert (line.shown()["state"], line.shown()["calls_in"]) == ("talking", 1)
    assert line.exchange.rings <= 2  # the box was called before the second ring ended
    line.exchange.hang_up()
    agent.wait_for("CALL_CLOSED")
    record = box.wait_closed(row["contact"])
    assert record["CustomerEndpoint"] == {"Address": "+12125550123", "Type": "TELEPHONE_NUMBER"}
    assert record["SystemEndpoint"]["Address"] == NUMBER
    assert record["Agent"]["Username"] == "ann"
    assert '"sales: KIM MINSU" <sip:+12125550123@' in agent.log.read_text(errors="replace")
    assert (line.modem.lost, line.modem.underruns) == (0, 0)


def test_call_in_when_the_agent_hangs_up_then_the_line_is_on_hook(
    box: RunningBox, line: LineRun, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "bea", "202", tone_hz=AGENT_HZ)
    through_the_menu(line, agent, NOBODY)
    agent.hang_up()
    wait_until(lambda: not line.exchange.off_hook, timeout_s=10, what="on-hook")
    row = box.wait_contact(lambda row: row["source"] == "trunk:front")
    assert box.wait_closed(row["contact"])["CustomerEndpoint"]["Address"] == "anonymous"


def test_call_in_when_the_caller_gives_up_unseen_then_the_dial_tone_ends_it(box: RunningBox, line: LineRun) -> None:
    """After one ring nobody can tell a pause from the end; whoever answers then hears a dial tone."""
    line.exchange.plan.caller_standard = CallerStandard.NONE
    line.exchange.call(KIM)
    line.wait_state("caller_id")
    line.exchange.give_up()
    line.wait_state("talking")
    row = box.wait_contact(lambda row: row["source"] == "trunk:front")
    box.wait_closed(row["contact"])
    assert line.shown()["last_end"] == "far_end"
    line.exchange.plan.caller_standard = CallerStandard.BELL


def test_call_out_when_an_extension_dials_then_the_exchange_hears_the_number_and_both_talk(
    box: RunningBox, line: LineRun, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    caller.dial(f"+{SUBSCRIBER}")
    caller.wait_for("CALL_ESTABLISHED", timeout_s=30)
    assert line.exchange.dialled.endswith(SUBSCRIBER)
    hears(caller, TALK_HZ)
    hears_tone(line.exchange, CUSTOMER_HZ)
    box.wait_event(contact_of(box, "101"), "LegAnswered", trunk="front")
    caller.hang_up()
    wait_until(lambda: not line.exchange.off_hook, timeout_s=10, what="on-hook")


def test_call_out_when_the_number_is_none_then_the_phone_is_told(
    box: RunningBox, line: LineRun, phone: PhoneMaker
) -> None:
    """The exchange sounds congestion, so the next trunk is tried: the other line, whose service doesn't run."""
    caller = phone(box, "102", tone_hz=CUSTOMER_HZ)
    caller.dial("+12125558888")
    assert caller.wait_for("CALL_CLOSED", timeout_s=30).param.startswith("480")
    assert line.shown()["last_end"] == "not_dialable"
    assert "1212555" in line.exchange.dialled  # after seven digits the exchange knows better


def test_call_out_when_the_line_rings_then_refused_and_the_caller_comes_first(
    box: RunningBox, line: LineRun, phone: PhoneMaker
) -> None:
    caller = phone(box, "103", tone_hz=CUSTOMER_HZ)
    line.exchange.call(KIM)
    line.wait_state("caller_id", "ringing")
    caller.dial(f"+{SUBSCRIBER}")
    assert caller.wait_for("CALL_CLOSED").param.startswith("480")
    assert line.shown()["calls_out"] == 0
    hears_tone(line.exchange, MENU_HZ, timeout_s=15)
    line.exchange.hang_up()


def test_call_in_when_the_exchange_only_sounds_busy_then_the_call_ends(box: RunningBox, spare: LineRun) -> None:
    spare.exchange.call(KIM)
    hears_tone(spare.exchange, MENU_HZ, timeout_s=15)
    spare.exchange.hang_up()
    spare.idle()
    assert spare.shown()["last_end"] == "far_end"


def test_modem_when_unplugged_in_talk_then_the_contact_ends_and_the_service_says_why(
    box: RunningBox, spare: LineRun
) -> None:
    spare.exchange.call(KIM)
    hears_tone(spare.exchange, MENU_HZ, timeout_s=15)
    row = box.wait_contact(lambda row: row["source"] == "trunk:spare" and row["stage"] != "closed")
    spare.modem.unplug()
    box.wait_closed(row["contact"])
    assert spare.program.wait(timeout_s=10) == 1
    assert "its device is unplugged" in spare.program.text()
    assert spare.shown()["state"] == ""
