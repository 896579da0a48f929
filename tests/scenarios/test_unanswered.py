"""Calls that never reach an agent, or not the first one."""

from __future__ import annotations

import pytest
from kit.box import RunningBox
from kit.talk import (
    AGENT_HZ,
    CUSTOMER_HZ,
    FULL_HZ,
    MENU,
    MENU_HZ,
    OTHER_HZ,
    STRAIGHT,
    WAITING_HZ,
    PhoneMaker,
    contact_of,
    hears,
)

pytestmark = pytest.mark.scenario


def test_caller_when_hanging_up_in_menu_then_record_has_no_queue(box: RunningBox, phone: PhoneMaker) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(MENU)
    hears(customer, MENU_HZ)
    contact = contact_of(box, "101")
    customer.hang_up()
    record = box.wait_closed(contact)
    assert record["DisconnectReason"] == "CUSTOMER_DISCONNECT"
    assert record["Queue"] is None
    assert record["Agent"] is None
    assert record["SegmentAttributes"]["linekeeper:PreDisconnectState"]["ValueString"] == "IN_FLOW"


def test_caller_when_hanging_up_in_queue_then_contact_is_abandoned(box: RunningBox, phone: PhoneMaker) -> None:
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(STRAIGHT)
    hears(customer, WAITING_HZ)
    contact = contact_of(box, "101")
    customer.hang_up()
    record = box.wait_closed(contact)
    assert box.events(contact, "ContactDequeued")[0]["reason"] == "abandoned"
    assert record["Queue"]["Name"] == "sales"
    assert record["Agent"] is None
    assert record["SegmentAttributes"]["linekeeper:PreDisconnectState"]["ValueString"] == "IN_QUEUE"


def test_caller_when_hanging_up_while_agent_rings_then_ringing_stops(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(STRAIGHT)
    agent.wait_for("CALL_INCOMING")
    contact = contact_of(box, "101")
    customer.hang_up()
    agent.wait_for("CALL_CLOSED")
    box.wait_closed(contact)
    assert box.events(contact, "AgentMissed")[0]["cause"] == "abandoned"


def test_offer_when_first_agent_does_not_answer_then_second_gets_it(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    box.install_flows(ring_timeout_s=2.0)
    first = agent_phone(box, "ann", "201", tone_hz=OTHER_HZ)
    second = agent_phone(box, "bob", "202", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(STRAIGHT)
    first.wait_for("CALL_INCOMING")
    contact = contact_of(box, "101")
    second.wait_for("CALL_INCOMING", timeout_s=10)
    first.wait_for("CALL_CLOSED")
    second.answer()
    hears(customer, AGENT_HZ)
    missed = box.events(contact, "AgentMissed")
    assert [(event["agent"], event["cause"]) for event in missed] == [("ann", "no_answer")]
    assert len(box.events(contact, "ContactQueued")) == 1
    assert box.agents()["ann"]["activity"] == "missed"
    customer.hang_up()
    record = box.wait_closed(contact)
    assert record["Agent"]["Username"] == "bob"
    assert record["AgentConnectionAttempts"] == 2


def test_offer_when_first_agent_rejects_then_second_gets_it(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    first = agent_phone(box, "ann", "201", tone_hz=OTHER_HZ)
    second = agent_phone(box, "bob", "202", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(STRAIGHT)
    first.wait_for("CALL_INCOMING")
    first.reject()
    second.wait_for("CALL_INCOMING")
    second.answer()
    hears(customer, AGENT_HZ)
    contact = contact_of(box, "101")
    assert box.events(contact, "AgentMissed")[0]["cause"] == "busy"
    customer.hang_up()


def test_queue_when_full_then_caller_hears_so(box: RunningBox, phone: PhoneMaker) -> None:
    box.install_flows(max_contacts=1)
    first = phone(box, "101", tone_hz=CUSTOMER_HZ)
    second = phone(box, "102", tone_hz=CUSTOMER_HZ)
    first.dial(STRAIGHT)
    hears(first, WAITING_HZ)
    second.dial(STRAIGHT)
    hears(second, FULL_HZ)
    second.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact_of(box, "102"))
    assert record["DisconnectReason"] == "CONTACT_FLOW_DISCONNECT"
    first.hang_up()


def test_queue_when_two_wait_then_first_come_is_first_served(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    first = phone(box, "101", tone_hz=CUSTOMER_HZ)
    second = phone(box, "102", tone_hz=OTHER_HZ)
    first.dial(STRAIGHT)
    hears(first, WAITING_HZ)
    second.dial(STRAIGHT)
    hears(second, WAITING_HZ)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    agent.wait_for("CALL_INCOMING")
    agent.answer()
    hears(first, AGENT_HZ)
    assert box.events(contact_of(box, "102"), "AgentOffered") == []
    first.hang_up()
    agent.wait_for("CALL_INCOMING", timeout_s=10)
    agent.answer()
    hears(second, AGENT_HZ)
    second.hang_up()
