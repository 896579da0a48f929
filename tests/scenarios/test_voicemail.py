"""Voicemail on the whole box: left by flow, forward and transfer; the lamp; heard by phone; after a power cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kit import flows
from kit.audio import Sound, read_sides, write_tone
from kit.baresip import Baresip
from kit.box import PASSWORD, RunningBox
from kit.processes import wait_until
from kit.subscriber import Subscriber
from kit.talk import AGENT_HZ, CUSTOMER_HZ, STRAIGHT, PhoneMaker, contact_of, put_through

pytestmark = pytest.mark.scenario
TONE_HZ = 1000.0  # the box's own, before a message is recorded
GREETING = flows.FULL  # a prompt of half a second
GREETING_HZ = flows.TONES_HZ[GREETING]


def mailbox(box: RunningBox, name: str, **settings: Any) -> None:
    """With a short greeting that an ear can tell, and nothing in it."""
    box.api.call("mailbox.add", mailbox=name, **settings)
    box.api.call("mailbox.greeting", mailbox=name, prompt=GREETING)
    for message in messages(box, name):
        box.api.call("voicemail.mark", voicemail=message["voicemail"], state="deleted")


def messages(box: RunningBox, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = box.api.call("voicemail.list", mailbox=name)
    return found


def message(box: RunningBox, name: str) -> dict[str, Any]:
    """The only message, once its file is finished."""
    found = wait_until(
        lambda: [one for one in messages(box, name) if one["path"]], timeout_s=15, what=f"a message for {name}"
    )
    assert len(found) == 1
    return found[0]


def to_mailbox(name: str, *, resume: bool = False) -> dict[str, Any]:
    """A flow that lets its caller leave a message; with `resume` it plays a prompt afterwards."""
    parameters = {
        "ThirdPartyPhoneNumber": f"voicemail:{name}",
        "ThirdPartyConnectionTimeLimitSeconds": "30",
        "ContinueFlowExecution": "True" if resume else "False",
    }
    transfer = flows.action(
        "leave", "TransferParticipantToThirdParty", parameters, "after", errors={"NoMatchingError": "bye"}
    )
    after = flows.action("after", "MessageParticipant", {"PromptId": flows.WELCOME}, "bye")
    return flows.flow(
        "straight", "contactFlow", "leave", transfer, after, flows.action("bye", "DisconnectParticipant", {})
    )


def lamp_phone(box: RunningBox, extension: str) -> Subscriber:
    return Subscriber(box.port, user=extension, password=PASSWORD)


def silence(folder: Path) -> Path:
    """Ten seconds of a quiet line."""
    return write_tone(folder / "silence.wav", frequency_hz=50.0, duration_s=10.0, amplitude=0.003)


def heard_tone(sound: Sound) -> bool:
    """The tone is somewhere in it."""
    steps = range(int(max(0.0, sound.duration_s - 0.2) * 10))
    return any(sound.part(step / 10, step / 10 + 0.2).has_tone(TONE_HZ) for step in steps)


def speaks(caller: Baresip, seconds: float = 3.0, *, since_s: float = 0.0) -> None:
    """The caller has heard greeting and tone, and then talks for so long."""
    caller.wait_heard(heard_tone, since_s=since_s, what="the tone", timeout_s=20)
    began = caller.heard().duration_s
    caller.wait_heard(lambda sound: sound.duration_s > seconds, since_s=began, what=f"{seconds} s of message")


def check_message(found: dict[str, Any], *, caller: str, seconds: float = 3.0) -> None:
    """The customer's voice from its beginning to its end, and nothing else."""
    assert found["caller"] == caller
    assert found["duration_s"] == pytest.approx(seconds, abs=1.5)
    path = Path(found["path"])
    assert path.stat().st_mode & 0o777 == 0o600
    customer, other = read_sides(path)
    assert customer.part(0.4, customer.duration_s - 0.4).has_tone(CUSTOMER_HZ)
    assert other.rms() < 5


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


def leave(box: RunningBox, caller: Baresip, name: str) -> dict[str, Any]:
    """A message of three seconds."""
    box.api.call("flow.install", name="straight", document=to_mailbox(name))
    caller.dial(STRAIGHT)
    speaks(caller)
    caller.hang_up()
    caller.wait_for("CALL_CLOSED")
    return message(box, name)


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
