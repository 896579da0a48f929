"""Calls that reach an agent: what everybody hears, how they end, what record and recording say."""

from __future__ import annotations

from pathlib import Path

import pytest
from kit import recordings
from kit.box import RunningBox
from kit.ports import PortBlock
from kit.sipp import Sipp
from kit.talk import (
    AGENT_HZ,
    CUSTOMER_HZ,
    MENU,
    MENU_HZ,
    STRAIGHT,
    WAITING_HZ,
    WELCOME_HZ,
    PhoneMaker,
    contact_of,
    hears,
    put_through,
)

pytestmark = pytest.mark.scenario


def test_call_when_menu_key_is_pressed_then_queue_and_agent_follow(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(MENU)
    customer.wait_for("CALL_ESTABLISHED")
    hears(customer, MENU_HZ)
    customer.send_digits("1")
    hears(customer, WAITING_HZ)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    agent.wait_for("CALL_INCOMING")
    agent.answer()
    hears(customer, AGENT_HZ)
    hears(agent, CUSTOMER_HZ)
    contact = contact_of(box, "101")
    customer.hang_up()
    agent.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact)
    assert record["Queue"]["Name"] == "sales"
    assert record["Agent"]["Username"] == "ann"
    taken = [(event["action"], event["result"]) for event in box.events(contact, "FlowActionTaken")]
    assert ("ask", "1") in taken


def test_call_when_customer_hangs_up_then_record_and_recording_are_right(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    assert customer.heard().tone_seconds(WELCOME_HZ) > 0.1
    began = agent.heard().duration_s
    agent.wait_heard(lambda sound: sound.duration_s > 2.0, since_s=began, what="two seconds of talk")
    customer.hang_up()
    agent.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact)
    assert record["DisconnectReason"] == "CUSTOMER_DISCONNECT"
    assert record["InitiationMethod"] == "INBOUND"
    assert record["Agent"]["AgentInteractionDuration"] >= 2
    assert record["Agent"]["AfterContactWorkDuration"] is not None
    recording = box.wait_recording(contact)
    talk_s = _between(box, contact, "AgentConnected", "ContactDisconnected")
    faults = recordings.problems(
        recording["file"], length_s=talk_s, tolerance_s=0.4, customer_hz=CUSTOMER_HZ, agent_hz=AGENT_HZ, share=0.8
    )
    assert faults == []


def test_call_when_agent_hangs_up_then_reason_is_the_agent(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    agent.hang_up()
    customer.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact)
    assert record["DisconnectReason"] == "AGENT_DISCONNECT"
    agent_leg = next(event for event in box.events(contact, "LegEnded") if event["role"] == "agent")
    assert agent_leg["remote"] is True
    assert agent_leg["quality"]["received"] > 10


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_call_when_phones_speak_one_codec_only_then_it_is_used(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker, codec: str
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ, codecs=[codec])
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ, codecs=[codec])
    contact = put_through(box, customer, agent)
    customer.hang_up()
    box.wait_closed(contact)
    answered = box.events(contact, "LegAnswered")
    assert [event["codec"].split("/")[0] for event in answered] == [codec] * len(answered)
    assert answered


def test_call_when_codecs_differ_then_the_box_translates(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ, codecs=["PCMA"], transport="tcp")
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ, codecs=["PCMU"])
    put_through(box, customer, agent)
    customer.hang_up()
    agent.wait_for("CALL_CLOSED")


def test_call_when_agent_holds_and_resumes_then_customer_hears_music_meanwhile(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    agent.hold()
    box.wait_event(contact, "CustomerHeld")
    customer.wait_heard(
        lambda sound: sound.part(-0.5).rms() > 100 and not sound.part(-0.5).has_tone(AGENT_HZ, share=0.2),
        what="music instead of the agent",
    )
    agent.resume()
    box.wait_event(contact, "CustomerResumed")
    hears(customer, AGENT_HZ)
    at = agent.heard().duration_s
    hears(agent, CUSTOMER_HZ, since_s=at)
    customer.hang_up()
    record = box.wait_closed(contact)
    assert record["Agent"]["NumberOfHolds"] == 1


def test_call_when_held_by_command_then_customer_hears_music(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    box.api.call("contact.command", contact=contact, command="hold")
    box.wait_event(contact, "CustomerHeld")
    customer.wait_heard(
        lambda sound: sound.part(-0.5).rms() > 100 and not sound.part(-0.5).has_tone(AGENT_HZ, share=0.2),
        what="music instead of the agent",
    )
    box.api.call("contact.command", contact=contact, command="resume")
    hears(customer, AGENT_HZ)
    box.api.call("contact.command", contact=contact, command="hangup")
    customer.wait_for("CALL_CLOSED")
    agent.wait_for("CALL_CLOSED")


def test_menu_when_key_comes_by_sip_info_then_it_counts(
    box: RunningBox, phone: PhoneMaker, ports: PortBlock, tmp_path: Path
) -> None:
    box.add_extension("105")
    rows = [("105", "test-pass-1", MENU, ports.take_even())]
    caller = Sipp(
        tmp_path, "uac_info_dtmf", port=ports.take(), remote=box.address, rows=rows, calls=1, pause_ms=700, timeout_s=20
    )
    assert caller.wait().successful == 1
    contact = contact_of(box, "105")
    assert box.wait_event(contact, "ContactQueued")["queue"] == "sales"


def test_call_when_digits_are_pressed_in_talk_then_call_goes_on(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    customer.send_digits("12#")
    hears(agent, CUSTOMER_HZ, since_s=agent.heard().duration_s)
    customer.hang_up()
    assert box.wait_closed(contact)["DisconnectReason"] == "CUSTOMER_DISCONNECT"
    assert "12#" not in box.log.read_text()


def test_log_when_call_went_through_then_numbers_are_masked(box: RunningBox, phone: PhoneMaker) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial("+12125550100")
    customer.wait_for("CALL_ESTABLISHED")
    customer.hang_up()
    contact = contact_of(box, "101")
    box.wait_closed(contact)
    text = box.log.read_text()
    assert contact in text
    assert "12125550100" not in text


def test_extension_when_call_to_straight_is_answered_then_status_counts_it(box: RunningBox, phone: PhoneMaker) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(STRAIGHT)
    customer.wait_for("CALL_ESTABLISHED")
    hears(customer, WAITING_HZ)
    assert box.contacts(open_only=True)[0]["stage"] == "in_queue"
    customer.hang_up()


def _between(box: RunningBox, contact: str, first: str, last: str) -> float:
    began, ended = box.events(contact, first)[0], box.events(contact, last)[0]
    seconds: float = ended["mono_s"] - began["mono_s"]
    return seconds
