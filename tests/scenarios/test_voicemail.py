"""Voicemail on the whole box: left by flow, forward and transfer; the lamp; commands; after a power cut."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from kit import flows
from kit.audio import read_sides, write_tone
from kit.box import RunningBox
from kit.talk import AGENT_HZ, CUSTOMER_HZ, STRAIGHT, PhoneMaker, contact_of, put_through
from kit.voicemail import check_message, heard_tone, lamp_phone, leave, mailbox, message, messages, speaks, to_mailbox

pytestmark = pytest.mark.scenario


def silence(folder: Path) -> Path:
    """Ten seconds of a quiet line."""
    return write_tone(folder / "silence.wav", frequency_hz=50.0, duration_s=10.0, amplitude=0.003)


def test_voicemail_when_left_by_flow_then_it_is_heard_in_the_file_and_the_lamp_goes_on(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.add_agent("ann", "201", "sales", available=False)
    mailbox(box, "ann")
    box.api.call("flow.install", name="straight", document=to_mailbox("ann"))
    with lamp_phone(box, "201") as desk:
        lamp = desk.watch("201", "message-summary")
        lamp.says("Voice-Message: 0/0")
        caller.dial(STRAIGHT)
        speaks(caller)
        caller.hang_up()
        lamp.says("Voice-Message: 1/0", timeout_s=1.5)
        lamp.says("Messages-Waiting: yes")
        found = message(box, "ann")
        check_message(found, caller="101")
        contact = contact_of(box, "101")
        record = box.wait_closed(contact)
        assert found["contact"] == contact
        assert [one["Mailbox"] for one in record["Linekeeper"]["Recordings"]] == ["ann"]
        box.api.call("voicemail.mark", voicemail=found["voicemail"], state="saved")
        lamp.says("Voice-Message: 0/1")
        box.api.call("voicemail.mark", voicemail=found["voicemail"], state="deleted")
        lamp.says("Voice-Message: 0/0")
        assert not Path(found["path"]).exists()


def test_voicemail_when_ended_by_hash_then_the_flow_goes_on(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    mailbox(box, "sales")
    box.api.call("flow.install", name="straight", document=to_mailbox("sales", resume=True))
    caller.dial(STRAIGHT)
    speaks(caller)
    caller.send_digits("#")
    caller.wait_heard(
        lambda sound: sound.duration_s > 0.2 and sound.part(-0.2).has_tone(flows.TONES_HZ[flows.WELCOME]),
        timeout_s=15,
        what="what the flow says afterwards",
    )
    caller.wait_for("CALL_CLOSED")
    check_message(message(box, "sales"), caller="101")


def test_voicemail_when_extension_does_not_answer_then_its_forward_takes_the_message(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    called = phone(box, "201")
    box.add_agent("ann", "201", "sales", available=False)
    mailbox(box, "ann")
    box.api.call("extension.set", extension="201", no_answer="voicemail:ann", busy="voicemail:ann", ring_s=2)
    caller.dial("201")
    called.wait_for("CALL_INCOMING")
    speaks(caller)
    caller.hang_up()
    check_message(message(box, "ann"), caller="101")


def test_voicemail_when_the_phone_says_that_it_is_busy_then_its_forward_takes_the_message(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    called = phone(box, "201")
    box.add_agent("ann", "201", "sales", available=False)
    mailbox(box, "ann")
    mailbox(box, "sales")
    box.api.call("extension.set", extension="201", busy="voicemail:ann", no_answer="voicemail:sales")
    try:
        caller.dial("201")
        called.wait_for("CALL_INCOMING")
        called.reject()
        speaks(caller)
        caller.hang_up()
        check_message(message(box, "ann"), caller="101")
        assert messages(box, "sales") == []
        assert "SIP/2.0 486" in called.log.read_text()
    finally:
        box.api.call("extension.set", extension="201", busy="", no_answer="")


def test_voicemail_when_the_agent_transfers_there_then_the_customer_leaves_a_message(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    ann = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    box.install_flows()
    mailbox(box, "sales")
    contact = put_through(box, customer, ann)
    began = customer.heard().duration_s
    box.api.call("contact.command", contact=contact, command="transfer", target="voicemail:sales")
    ann.wait_for("CALL_CLOSED")
    speaks(customer, since_s=began)
    customer.hang_up()
    found = message(box, "sales")
    check_message(found, caller="101")
    handed_on = box.wait_event(contact, "ContactTransferred")
    assert (handed_on["target"], handed_on["next"]) == ("voicemail:sales", found["contact"])


def test_voicemail_when_nobody_says_anything_then_there_is_no_message(
    box: RunningBox, phone: PhoneMaker, tmp_path: Path
) -> None:
    caller = phone(box, "101", talk=silence(tmp_path))
    mailbox(box, "sales")
    box.api.call("flow.install", name="straight", document=to_mailbox("sales"))
    caller.dial(STRAIGHT)
    speaks(caller, 1.0)
    caller.hang_up()
    contact = contact_of(box, "101")
    box.wait_closed(contact)
    assert box.wait_event(contact, "RecordingStopped")["reason"] == "empty"
    assert messages(box, "sales") == []


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_lamp_when_the_phone_is_a_real_one_then_it_is_told_without_asking_again(
    box: RunningBox, phone: PhoneMaker, transport: str
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.add_agent("ann", "201", "sales", available=False)
    mailbox(box, "ann")
    desk = phone(box, "201", known=True, lamp=True, transport=transport)
    desk.wait_for("MWI_NOTIFY", text="Messages-Waiting: no")
    found = leave(box, caller, "ann")
    desk.wait_for("MWI_NOTIFY", text="Voice-Message: 1/0")
    box.api.call("voicemail.mark", voicemail=found["voicemail"], state="deleted")
    desk.wait_for("MWI_NOTIFY", text="Voice-Message: 0/0")


def test_message_when_the_power_fails_in_the_middle_then_it_is_there_after_the_next_start(
    make_box: Callable[..., RunningBox], phone: PhoneMaker
) -> None:
    box = make_box()
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.add_agent("ann", "201", "sales", available=False)
    mailbox(box, "ann")
    box.api.call("flow.install", name="straight", document=to_mailbox("ann"))
    caller.dial(STRAIGHT)
    speaks(caller, 4.0)
    box.kill_everything()
    box.start()
    with lamp_phone(box, "201") as desk:
        lamp = desk.watch("201", "message-summary")
        lamp.says("Voice-Message: 1/0", timeout_s=20)
    check_message(message(box, "ann"), caller="101", seconds=3.5)


def test_voicemail_when_a_queue_flow_offers_it_then_the_place_is_given_up_and_nobody_is_rung(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    ann = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    box.set_status("ann", "Offline")
    mailbox(box, "sales")
    waiting = to_mailbox("sales")
    waiting["Metadata"] = {"name": "waiting", "type": "customerQueue"}
    box.api.call("flow.install", name="waiting", document=waiting)
    caller.dial(STRAIGHT)
    caller.wait_heard(heard_tone, what="the tone", timeout_s=20)
    box.set_status("ann", "Available")
    caller.wait_heard(lambda sound: sound.duration_s > 3.0, since_s=caller.heard().duration_s, what="a message")
    caller.hang_up()
    check_message(message(box, "sales"), caller="101")
    contact = contact_of(box, "101")
    assert box.wait_event(contact, "ContactDequeued")["reason"] == "transferred"
    assert box.events(contact, "AgentOffered") == []
    assert not [event for event in ann.pending() if event.kind == "CALL_INCOMING"]


def test_voicemail_when_the_extension_does_not_want_to_be_disturbed_then_its_phone_stays_silent(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    called = phone(box, "201")
    box.add_agent("ann", "201", "sales", available=False)
    mailbox(box, "ann")
    box.api.call("extension.set", extension="201", busy="voicemail:201", do_not_disturb=True)
    try:
        caller.dial("201")
        speaks(caller)
        caller.hang_up()
        check_message(message(box, "ann"), caller="101")
        assert not [event for event in called.pending() if event.kind == "CALL_INCOMING"]
    finally:
        box.api.call("extension.set", extension="201", busy="", no_answer="", do_not_disturb=False)


def test_commands_when_used_on_a_message_then_it_is_listed_exported_and_deleted(
    box: RunningBox, phone: PhoneMaker, tmp_path: Path
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.add_agent("ann", "201", "sales", available=False)
    mailbox(box, "ann")
    found = leave(box, caller, "ann")
    (row,) = json.loads(linekeeper(box, "voicemail", "list", "--mailbox", "ann", "--json"))
    assert row["voicemail"] == found["voicemail"]
    copy = tmp_path / "message.wav"
    linekeeper(box, "voicemail", "export", found["voicemail"], "--output", str(copy))
    (side,) = read_sides(copy)
    assert side.part(0.4, side.duration_s - 0.4).has_tone(CUSTOMER_HZ)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "is deleted" in linekeeper(box, "voicemail", "delete", found["voicemail"])
    assert "no messages" in linekeeper(box, "voicemail", "list", "--mailbox", "ann")
    assert "ann" in linekeeper(box, "mailbox", "list")


def linekeeper(box: RunningBox, *arguments: str) -> str:
    """What the command says."""
    program = str(Path(sys.executable).with_name("linekeeper"))
    done = subprocess.run(
        [program, *arguments, "--config", str(box.config)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
