"""Messages and greetings by phone: played, kept, deleted, called back, spoken; who may."""

from __future__ import annotations

from pathlib import Path

import pytest
from kit.baresip import Baresip
from kit.box import RunningBox
from kit.processes import wait_until
from kit.talk import AGENT_HZ, CUSTOMER_HZ, STRAIGHT, PhoneMaker
from kit.voicemail import lamp_phone, leave, mailbox, message, messages, speaks, to_mailbox

pytestmark = pytest.mark.scenario


def hears_message(listener: Baresip, since_s: float = 0.0) -> float:
    """Until the caller's voice is heard again; returns where the ear is then."""
    listener.wait_heard(
        lambda sound: sound.duration_s > 1.0 and sound.part(-1.0).has_tone(CUSTOMER_HZ),
        since_s=since_s,
        timeout_s=40,
        what="the message",
    )
    return listener.heard().duration_s


def test_messages_when_listened_to_by_phone_then_the_same_audio_is_heard_and_the_lamp_goes_off(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.add_agent("ann", "201", "sales", available=False)
    mailbox(box, "ann")
    desk = phone(box, "201", known=True)
    with lamp_phone(box, "201") as lamps:
        lamp = lamps.watch("201", "message-summary")
        found = leave(box, caller, "ann")
        lamp.says("Voice-Message: 1/0")
        desk.dial("*97")
        began = hears_message(desk)
        lamp.says("Messages-Waiting: no", timeout_s=2)
        lamp.says("Voice-Message: 0/1")
        desk.send_digits("1")
        desk.wait_heard(
            lambda sound: sound.duration_s > 0.5 and not sound.part(-0.3).has_tone(CUSTOMER_HZ),
            since_s=began,
            timeout_s=15,
            what="the announcement again",
        )
        hears_message(desk, since_s=desk.heard().duration_s)
        desk.send_digits("7")
        desk.wait_for("CALL_CLOSED", timeout_s=30)
        lamp.says("Voice-Message: 0/0")
        assert not Path(found["path"]).exists()
        wait_until(lambda: not list((box.run / "voicemail").iterdir()), timeout_s=10, what="no copy is left")
    kept = box.wait_contact(lambda row: row["source"] == "extension:201")
    assert box.events(kept["contact"], "ContactInitiated")[0]["service"] == "feature:voicemail"


def test_message_when_nine_is_pressed_then_its_caller_is_called_back(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.add_agent("ann", "201", "sales", available=False)
    mailbox(box, "ann")
    desk = phone(box, "201", known=True, tone_hz=AGENT_HZ)
    leave(box, caller, "ann")
    desk.dial("*97")
    hears_message(desk)
    desk.send_digits("9")
    caller.wait_for("CALL_INCOMING", timeout_s=20)
    caller.answer()
    caller.wait_for("CALL_ESTABLISHED")
    caller.wait_heard(
        lambda sound: sound.duration_s > 0.5 and sound.part(-0.5).has_tone(AGENT_HZ), timeout_s=15, what="the agent"
    )
    desk.hang_up()


def test_messages_when_asked_for_at_another_phone_then_number_and_pin_are_needed(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.add_agent("ann", "201", "sales", available=False)
    mailbox(box, "ann")
    login = box.api.call("agent.pin", agent="ann", pin="4711")["login"]
    leave(box, caller, "ann")
    other = phone(box, "150")
    other.dial("*97")
    other.wait_for("CALL_CLOSED", timeout_s=30)
    assert [one["state"] for one in messages(box, "ann")] == ["new"]
    other.dial(f"*98{login}")
    other.wait_for("CALL_ESTABLISHED")
    other.send_digits("4711#")
    hears_message(other)
    other.hang_up()
    assert [one["state"] for one in messages(box, "ann")] == ["saved"]


def test_messages_of_a_queue_when_listened_to_at_a_phone_then_the_mailbox_has_a_number_and_pin_of_its_own(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    mailbox(box, "sales", number="801")
    box.api.call("mailbox.pin", mailbox="sales", pin="4711")
    leave(box, caller, "sales")
    desk = phone(box, "150")
    desk.dial("*98801")
    desk.wait_for("CALL_ESTABLISHED")
    desk.send_digits("7777#")
    asked = desk.heard().duration_s
    desk.wait_heard(lambda sound: sound.rms() > 300, since_s=asked, what="that it is wrong", timeout_s=15)
    assert [one["state"] for one in messages(box, "sales")] == ["new"]
    desk.hang_up()
    desk.wait_for("CALL_CLOSED")
    desk.dial("*98")
    desk.wait_for("CALL_ESTABLISHED")
    desk.send_digits("801#")
    wait_until(lambda: desk.heard().duration_s > asked + 3.0, timeout_s=15, what="the question for the PIN")
    desk.send_digits("4711#")
    hears_message(desk, since_s=desk.heard().duration_s)
    assert [one["state"] for one in messages(box, "sales")] == ["saved"]
    desk.send_digits("7")
    desk.wait_for("CALL_CLOSED", timeout_s=30)
    assert messages(box, "sales") == []


def test_greeting_when_spoken_into_the_phone_then_callers_hear_it(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.add_agent("ann", "201", "sales", available=False)
    mailbox(box, "ann")
    desk = phone(box, "201", known=True, tone_hz=AGENT_HZ)
    desk.dial("*97")
    desk.wait_for("CALL_ESTABLISHED")
    desk.wait_heard(lambda sound: sound.rms() > 300, what="that there are no messages", timeout_s=15)
    desk.send_digits("8")
    speaks(desk, 2.0)
    desk.send_digits("#")
    desk.wait_for("CALL_CLOSED", timeout_s=20)
    wait_until(
        lambda: (
            [one["greeting"] for one in box.api.call("mailbox.list") if one["mailbox"] == "ann"] == ["greeting-ann"]
        ),
        timeout_s=15,
        what="the greeting is in force",
    )
    assert messages(box, "ann") == []
    box.api.call("flow.install", name="straight", document=to_mailbox("ann"))
    caller.dial(STRAIGHT)
    caller.wait_heard(
        lambda sound: sound.duration_s > 1.0 and sound.part(-1.0).has_tone(AGENT_HZ), timeout_s=15, what="the greeting"
    )
    speaks(caller)
    caller.hang_up()
    message(box, "ann")
