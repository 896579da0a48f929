"""Flows and transfers that end at several phones: a ring group by flow, and picking up what rings for them."""

from __future__ import annotations

import pytest
from kit import flows
from kit.box import RunningBox
from kit.talk import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, PhoneMaker, contact_of, hears, put_through

pytestmark = pytest.mark.scenario


def dial_group(number: str) -> flows.Document:
    """A flow that connects with `number`, then ends."""
    dial = flows.action(
        "dial",
        "TransferParticipantToThirdParty",
        {
            "ThirdPartyPhoneNumber": number,
            "ThirdPartyConnectionTimeLimitSeconds": "30",
            "ContinueFlowExecution": "False",
        },
        "end",
        errors={"NoMatchingError": "end", "CallFailed": "end", "ConnectionTimeLimitExceeded": "end"},
    )
    return flows.flow("straight", "contactFlow", "dial", dial, flows.action("end", "DisconnectParticipant", {}))


def test_flow_when_it_dials_a_group_then_its_phones_ring_and_another_may_pick_up(
    box: RunningBox, phone: PhoneMaker
) -> None:
    members = [phone(box, number, tone_hz=OTHER_HZ) for number in ("121", "122")]
    taker = phone(box, "103", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.api.call("group.add", group="desk", number="250", members=["121", "122"])
    box.api.call("flow.install", name="straight", document=dial_group("250"))
    customer.dial("600")
    for member in members:
        member.wait_for("CALL_INCOMING")
    taker.dial("*31122")
    hears(customer, AGENT_HZ)
    hears(taker, CUSTOMER_HZ)
    for member in members:
        member.wait_for("CALL_CLOSED")
    contact = contact_of(box, "101")
    customer.hang_up()
    taker.wait_for("CALL_CLOSED")
    box.wait_closed(contact)


def test_flow_when_nobody_of_its_group_answers_then_the_fallback_queue_has_the_customer(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    member = phone(box, "121", tone_hz=OTHER_HZ)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.api.call("group.add", group="lone", number="253", members=["121"], ring_s=1, fallback="queue:sales")
    box.api.call("flow.install", name="straight", document=dial_group("253"))
    customer.dial("600")
    member.wait_for("CALL_INCOMING")
    agent.wait_for("CALL_INCOMING")
    agent.answer()
    hears(customer, AGENT_HZ)
    contact = contact_of(box, "101")
    customer.hang_up()
    assert box.wait_closed(contact)["Agent"]["Username"] == "ann"


def test_pick_up_when_a_transfer_rings_then_the_taker_has_the_customer_as_the_next_contact(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    target = phone(box, "102", tone_hz=OTHER_HZ)
    taker = phone(box, "103", tone_hz=OTHER_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    agent.transfer("102")
    target.wait_for("CALL_INCOMING")
    taker.dial("*31102")
    hears(customer, OTHER_HZ)
    target.wait_for("CALL_CLOSED")
    agent.wait_for("CALL_CLOSED")
    following = box.wait_closed(contact)["NextContactId"]
    customer.hang_up()
    taker.wait_for("CALL_CLOSED")
    box.wait_closed(following)
