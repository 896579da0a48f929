"""An analog line of a box: exchange → modem on a pty → line service → edge → flow → agent and back, sound and all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kit.audio import Sound
from kit.baresip import Baresip
from kit.box import BoxSettings, RunningBox
from kit.caller_sound import CallerStandard
from kit.exchange import TALK_HZ
from kit.flows import MENU, TONE_S
from kit.line_service import NUMBER, SUBSCRIBER, LineRun, exchange_plan, hears_tone, line_toml, served_line
from kit.modem_on_pty import ModemOnPty
from kit.ports import PortBlock, reserved_ports
from kit.processes import wait_until
from kit.talk import AGENT_HZ, CUSTOMER_HZ, MENU_HZ, PhoneMaker, contact_of, hears

from hw.line.caller_id import Absence, CallerId
from hw.line.g711 import to_samples

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
def line(box: RunningBox, modem: ModemOnPty) -> Iterator[LineRun]:
    """Line `front`, ready; afterwards it is at rest."""
    running = served_line(box, modem)
    modem.exchange.speaking = True
    yield running
    modem.exchange.hang_up()  # of a test that failed in a talk
    running.idle()


@pytest.fixture
def spare(box: RunningBox, spare_modem: ModemOnPty) -> LineRun:
    return served_line(box, spare_modem, "spare")


def through_the_menu(line: LineRun, agent: Baresip, caller: CallerId = KIM) -> None:
    """The caller is answered by the menu, presses 1, and the agent answers."""
    line.exchange.heard.clear()
    line.exchange.call(caller)
    hears_tone(line.exchange, MENU_HZ, timeout_s=15)
    line.exchange.press("1")
    agent.wait_for("CALL_INCOMING", timeout_s=15)
    agent.answer()
    agent.wait_for("CALL_ESTABLISHED")
    hears(agent, TALK_HZ)
    hears_tone(line.exchange, AGENT_HZ)


def test_call_in_when_it_rings_then_flow_keys_agent_and_sound_both_ways(
    box: RunningBox, line: LineRun, modem: ModemOnPty, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    through_the_menu(line, agent)
    row = box.wait_contact(lambda row: row["source"] == "trunk:front")
    line.wait_state("talking")
    assert line.exchange.rings <= 2  # the box was called before the second ring ended
    line.exchange.hang_up()
    agent.wait_for("CALL_CLOSED")
    record = box.wait_closed(row["contact"])
    assert record["CustomerEndpoint"] == {"Address": "+12125550123", "Type": "TELEPHONE_NUMBER"}
    assert record["SystemEndpoint"]["Address"] == NUMBER
    assert record["Agent"]["Username"] == "ann"
    assert '"sales: KIM MINSU" <sip:+12125550123@' in agent.log.read_text(errors="replace")
    assert modem.lost == 0


def test_call_in_when_the_agent_flashes_and_hangs_up_then_the_exchange_sees_both(
    box: RunningBox, line: LineRun, modem: ModemOnPty, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "bea", "202", tone_hz=AGENT_HZ)
    through_the_menu(line, agent, NOBODY)
    agent.send_digits("*09")
    wait_until(lambda: modem.modem.flashes == 1, timeout_s=10, what="a flash")
    wait_until(lambda: modem.modem.streaming, timeout_s=10, what="voice again")
    hears(agent, TALK_HZ)
    agent.hang_up()
    wait_until(lambda: not line.exchange.off_hook, timeout_s=10, what="on-hook")
    row = box.wait_contact(lambda row: row["source"] == "trunk:front")
    assert box.wait_closed(row["contact"])["CustomerEndpoint"]["Address"] == "anonymous"


def test_call_in_when_answered_then_the_caller_hears_the_first_word_though_the_line_took_a_while(
    box: RunningBox, line: LineRun
) -> None:
    """The prompt begins as the box answers, half a second before the line is off-hook and settled."""
    line.exchange.speaking = False
    line.exchange.heard.clear()
    line.exchange.call(KIM)
    wait_until(lambda: len(line.exchange.heard) > 3 * 8000, timeout_s=20, what="three seconds of the prompt")
    sound = Sound(rate_hz=8000, samples=to_samples(bytes(line.exchange.heard[: 3 * 8000])))
    assert sound.tone_seconds(MENU_HZ) >= TONE_S[MENU] - 0.1
    line.exchange.hang_up()


def test_call_in_when_the_caller_gives_up_unseen_then_the_dial_tone_ends_it(box: RunningBox, line: LineRun) -> None:
    """After one ring nobody can tell a pause from the end; whoever answers then hears a dial tone."""
    line.exchange.plan.caller_standard = CallerStandard.NONE
    line.exchange.call(KIM)
    line.wait_state("caller_id")
    line.exchange.give_up()
    line.wait_state("talking")
    row = box.wait_contact(lambda row: row["source"] == "trunk:front")
    box.wait_closed(row["contact"])
    line.ended("far_end")
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


def test_call_out_when_the_number_is_none_then_the_next_trunk_is_tried_and_the_phone_is_told(
    box: RunningBox, line: LineRun, spare: LineRun, phone: PhoneMaker
) -> None:
    """Both exchanges sound congestion."""
    caller = phone(box, "102", tone_hz=CUSTOMER_HZ)
    caller.dial("+12125558888")
    assert caller.wait_for("CALL_CLOSED", timeout_s=40).param.startswith("503")
    for run in (line, spare):
        run.ended("not_dialable")
        assert "1212555" in run.exchange.dialled  # after seven digits the exchange knows better


def test_call_out_when_the_line_rings_then_it_leaves_by_the_next_and_the_caller_comes_first(
    box: RunningBox, line: LineRun, spare: LineRun, phone: PhoneMaker
) -> None:
    caller = phone(box, "103", tone_hz=CUSTOMER_HZ)
    before = line.shown()["calls_out"]
    line.exchange.call(KIM)
    line.wait_state("caller_id", "ringing")
    caller.dial(f"+{SUBSCRIBER}")
    caller.wait_for("CALL_ESTABLISHED", timeout_s=30)
    box.wait_event(contact_of(box, "103"), "LegAnswered", trunk="spare")
    hears_tone(line.exchange, MENU_HZ, timeout_s=15)
    assert line.shown()["calls_out"] == before
    line.exchange.hang_up()
    caller.hang_up()
    spare.idle()


def test_call_in_when_the_exchange_only_sounds_busy_then_the_call_ends(box: RunningBox, spare: LineRun) -> None:
    spare.exchange.call(KIM)
    hears_tone(spare.exchange, MENU_HZ, timeout_s=15)
    spare.exchange.hang_up()
    spare.idle()
    spare.ended("far_end")


def test_cable_when_pulled_out_then_the_line_is_shown_as_lost_and_calls_leave_by_another(
    box: RunningBox, line: LineRun, spare: LineRun, spare_modem: ModemOnPty, phone: PhoneMaker
) -> None:
    """A modem that answers nothing any more, as far as the service can see."""
    spare_modem.modem.mute = True
    spare.exchange.call(KIM)
    spare.wait_state("no_line", timeout_s=30)
    assert "line spare is dead; check cable and socket" in spare.text()
    spare.exchange.give_up()
    spare_modem.modem.mute = False
    spare.wait_state("idle", timeout_s=40)


def test_modem_when_unplugged_in_talk_then_the_contact_ends_and_its_service_waits_for_it(
    box: RunningBox, spare: LineRun
) -> None:
    spare.exchange.call(KIM)
    hears_tone(spare.exchange, MENU_HZ, timeout_s=15)
    row = box.wait_contact(lambda row: row["source"] == "trunk:spare" and row["stage"] != "closed")
    spare.behind.unplug()
    box.wait_closed(row["contact"])
    spare.wait_state("")
    assert "its device is unplugged" in spare.text()
    wait_until(lambda: "isn't there; `python -m hw` lists" in spare.text(), timeout_s=20, what="it waits")
