"""Extensions among themselves, transfers, and numbers nobody has."""

from __future__ import annotations

import pytest
from kit import recordings
from kit.box import RunningBox
from kit.talk import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, PhoneMaker, contact_of, hears, put_through

pytestmark = pytest.mark.scenario


def test_extension_when_calling_another_then_both_hear_and_it_is_recorded(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    called = phone(box, "102", tone_hz=AGENT_HZ)
    caller.dial("102")
    caller.wait_for("CALL_RINGING")
    called.wait_for("CALL_INCOMING")
    called.answer()
    caller.wait_for("CALL_ESTABLISHED")
    hears(caller, AGENT_HZ)
    hears(called, CUSTOMER_HZ)
    began = called.heard().duration_s
    called.wait_heard(lambda sound: sound.duration_s > 2.0, since_s=began, what="two seconds of talk")
    caller.hang_up()
    called.wait_for("CALL_CLOSED")
    contact = contact_of(box, "101")
    box.wait_closed(contact)
    sides = recordings.tones(box.wait_recording(contact)["file"], (CUSTOMER_HZ, AGENT_HZ))
    assert set(sides) == {CUSTOMER_HZ, AGENT_HZ}


def test_extension_when_called_one_is_busy_then_caller_gets_486(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    called = phone(box, "102", tone_hz=AGENT_HZ)
    caller.dial("102")
    called.wait_for("CALL_INCOMING")
    called.reject()
    caller.wait_for("CALL_CLOSED", text="486")
    box.wait_closed(contact_of(box, "101"))


def test_extension_when_caller_gives_up_then_ringing_stops(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    called = phone(box, "102", tone_hz=AGENT_HZ)
    caller.dial("102")
    called.wait_for("CALL_INCOMING")
    caller.wait_for("CALL_RINGING")
    caller.hang_up()
    called.wait_for("CALL_CLOSED")
    box.wait_closed(contact_of(box, "101"))


def test_extension_when_number_is_unknown_then_404_and_a_line_in_the_log(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    said = len(box.log.read_text())
    caller.dial("479")
    caller.wait_for("CALL_CLOSED", text="404")
    assert "feature code 479" in box.log.read_text()[said:]


def test_extension_when_not_registered_then_caller_gets_480(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.add_extension("150")
    caller.dial("150")
    caller.wait_for("CALL_CLOSED", text="480")


def test_agent_when_transferring_blindly_then_customer_talks_to_the_target(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    target = phone(box, "103", tone_hz=OTHER_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    agent.transfer("103")
    target.wait_for("CALL_INCOMING")
    target.answer()
    hears(customer, OTHER_HZ)
    hears(target, CUSTOMER_HZ)
    agent.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact)
    following = record["NextContactId"]
    assert following is not None
    customer.hang_up()
    target.wait_for("CALL_CLOSED")
    second = box.wait_closed(following)
    assert second["PreviousContactId"] == contact
    assert second["InitialContactId"] == contact
    assert second["InitiationMethod"] == "TRANSFER"


def test_agent_when_transfer_target_rejects_then_customer_is_back_with_the_agent(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    target = phone(box, "103", tone_hz=OTHER_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    box.api.call("contact.command", contact=contact, command="transfer", target="103")
    target.wait_for("CALL_INCOMING")
    target.reject()
    hears(customer, AGENT_HZ)
    customer.hang_up()
    assert box.wait_closed(contact)["NextContactId"] is None
