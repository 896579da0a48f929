"""Calls taken to another phone with real phones: picked up while they ring, parked and taken back."""

from __future__ import annotations

import pytest
from kit.baresip import Baresip
from kit.box import BoxSettings, RunningBox
from kit.talk import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, PhoneMaker, contact_of, hears, put_through

pytestmark = pytest.mark.scenario
ELSEWHERE = 'Reason: SIP;cause=200;text="Call completed elsewhere"'
PARK_S = 6.0


@pytest.fixture(scope="module")
def box_settings() -> BoxSettings:
    return {"capacity": 6, "extra": f'\n[phones]\npark_s = {PARK_S}\npark_fallback = "109"\n'}


def told(phone: Baresip, header: str) -> list[str]:
    lines = phone.log.read_text(errors="replace").splitlines()
    return [line.strip() for line in lines if line.strip().startswith(header)]


def test_pick_up_when_a_phone_inside_rings_then_the_other_phone_talks(box: RunningBox, phone: PhoneMaker) -> None:
    caller, called = phone(box, "101", tone_hz=CUSTOMER_HZ), phone(box, "102", tone_hz=OTHER_HZ)
    taker = phone(box, "103", tone_hz=AGENT_HZ)
    caller.dial("102")
    called.wait_for("CALL_INCOMING")
    caller.wait_for("CALL_RINGING")
    contact = contact_of(box, "101")
    taker.dial("*31102")
    hears(caller, AGENT_HZ)
    hears(taker, CUSTOMER_HZ)
    called.wait_for("CALL_CLOSED")
    assert ELSEWHERE in told(called, "Reason:")
    caller.hang_up()
    taker.wait_for("CALL_CLOSED")
    box.wait_closed(contact)


def test_pick_up_when_a_queue_offers_then_the_taker_has_the_customer(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    offered = agent_phone(box, "ann", "201", tone_hz=OTHER_HZ)
    taker = agent_phone(box, "bob", "202", tone_hz=AGENT_HZ)
    box.set_status("bob", "Offline")
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial("600")
    offered.wait_for("CALL_INCOMING")
    contact = contact_of(box, "101")
    taker.dial("*30")
    hears(customer, AGENT_HZ)
    hears(taker, CUSTOMER_HZ)
    offered.wait_for("CALL_CLOSED")
    assert ELSEWHERE in told(offered, "Reason:")
    assert box.wait_event(contact, "AgentConnected")["agent"] == "bob"
    assert box.wait_event(contact, "ContactDequeued")["reason"] == "connected"
    customer.hang_up()
    taker.wait_for("CALL_CLOSED")
    assert box.wait_closed(contact)["Agent"]["Username"] == "bob"


def test_pick_up_when_a_consulted_group_rings_then_the_agent_consults_the_taker_who_may_get_the_customer(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    rung, taker = phone(box, "102"), phone(box, "103", tone_hz=OTHER_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.api.call("group.add", group="backoffice", number="690", members=["102"])
    contact = put_through(box, customer, agent)
    box.api.call("contact.command", contact=contact, command="consult", target="690")
    rung.wait_for("CALL_INCOMING")
    taker.dial("*31102")
    hears(agent, OTHER_HZ)
    hears(taker, AGENT_HZ)
    rung.wait_for("CALL_CLOSED")
    box.api.call("contact.command", contact=contact, command="complete")
    hears(customer, OTHER_HZ)
    (consult,) = box.wait_closed(contact)["Linekeeper"]["Consults"]
    assert (consult["Target"], consult["Outcome"]) == ("690", "completed")
    assert consult["AnswerTimestamp"] is not None
    customer.hang_up()
    taker.wait_for("CALL_CLOSED")


def test_pick_up_when_the_phones_are_of_different_groups_then_refused(box: RunningBox, phone: PhoneMaker) -> None:
    caller, called, taker = phone(box, "101"), phone(box, "102"), phone(box, "103")
    box.api.call("extension.set", extension="103", pickup_group="back")
    caller.dial("102")
    called.wait_for("CALL_INCOMING")
    for code in ("*31102", "*30"):
        taker.dial(code)
        taker.wait_for("CALL_ESTABLISHED")
        taker.wait_for("CALL_CLOSED")
    assert all(event.kind != "CALL_CLOSED" for event in called.pending())
    caller.hang_up()
    called.wait_for("CALL_CLOSED")
    box.api.call("extension.set", extension="103", pickup_group="")


def test_park_when_another_phone_dials_the_orbit_then_it_talks_with_the_customer(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    taker = phone(box, "103", tone_hz=OTHER_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    agent.send_digits("*40")
    record = box.wait_closed(contact)
    parked = record["NextContactId"]
    box.wait_event(parked, "ContactParked", orbit="701", extension="201", by="ann")
    assert box.api.call("status")["parked"] == [{"orbit": "701", "contact": parked}]
    agent.wait_for("CALL_CLOSED")
    taker.dial("*41701")
    hears(customer, OTHER_HZ)
    hears(taker, CUSTOMER_HZ)
    assert box.wait_event(parked, "ContactUnparked")["outcome"] == "retrieved"
    assert box.api.call("status")["parked"] == []
    customer.hang_up()
    taker.wait_for("CALL_CLOSED")
    box.wait_closed(parked)


def test_park_when_nobody_takes_the_customer_then_back_to_who_parked_and_then_the_fallback(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    last = phone(box, "109", tone_hz=OTHER_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    box.api.call("contact.park", contact=contact, orbit="705")
    parked = box.wait_closed(contact)["NextContactId"]
    agent.wait_for("CALL_CLOSED")
    agent.wait_for("CALL_INCOMING", timeout_s=PARK_S + 5)
    agent.reject()
    last.wait_for("CALL_INCOMING")
    last.answer()
    hears(customer, OTHER_HZ)
    unparked = box.wait_event(parked, "ContactUnparked")
    assert (unparked["outcome"], unparked["extension"]) == ("forwarded", "109")
    customer.hang_up()
    last.wait_for("CALL_CLOSED")
    box.wait_closed(parked)


def test_park_when_a_phone_transfers_to_an_orbit_then_parked_there_and_taken_by_dialling_it(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    taker = phone(box, "103", tone_hz=OTHER_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    agent.transfer("703")
    parked = box.wait_closed(contact)["NextContactId"]
    assert box.wait_event(parked, "ContactParked")["orbit"] == "703"
    taker.dial("703")
    hears(customer, OTHER_HZ)
    customer.hang_up()
    box.wait_closed(parked)
