"""Do-not-disturb, forwards and ring groups with real phones."""

from __future__ import annotations

import pytest
from kit.baresip import Baresip
from kit.box import RunningBox
from kit.talk import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, PhoneMaker, contact_of, hears, put_through

pytestmark = pytest.mark.scenario
ELSEWHERE = 'Reason: SIP;cause=200;text="Call completed elsewhere"'


def settle(box: RunningBox, extension: str, **settings: object) -> None:
    """Say how `extension` is reached; what is not said is as it was at first."""
    usual = {"do_not_disturb": False, "always": "", "busy": "", "no_answer": "", "ring_s": 20.0, "outside": False}
    box.api.call("extension.set", extension=extension, **(usual | settings))


def told(phone: Baresip, header: str) -> list[str]:
    """Every line of the phone's SIP trace that begins with `header`."""
    lines = phone.log.read_text(errors="replace").splitlines()
    return [line.strip() for line in lines if line.strip().startswith(header)]


def test_forward_when_all_calls_go_elsewhere_then_the_other_rings_and_knows_why(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller, called = phone(box, "101", tone_hz=CUSTOMER_HZ), phone(box, "102", tone_hz=AGENT_HZ)
    other = phone(box, "103", tone_hz=OTHER_HZ)
    settle(box, "102", always="103")
    caller.dial("102")
    other.wait_for("CALL_INCOMING")
    other.answer()
    hears(caller, OTHER_HZ)
    hears(other, CUSTOMER_HZ)
    caller.hang_up()
    other.wait_for("CALL_CLOSED")
    assert "Diversion: <sip:102@linekeeper>;reason=unconditional" in told(other, "Diversion:")
    assert "Alert-Info: <http://127.0.0.1/>;info=internal" in told(other, "Alert-Info:")
    assert not told(called, "INVITE")
    settle(box, "102")


def test_forward_when_busy_then_the_other_rings_and_when_both_are_then_the_caller_hears_so(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller, called = phone(box, "101", tone_hz=CUSTOMER_HZ), phone(box, "102", tone_hz=AGENT_HZ)
    other = phone(box, "103", tone_hz=OTHER_HZ)
    settle(box, "102", busy="103")
    settle(box, "103", busy="102")
    caller.dial("102")
    called.wait_for("CALL_INCOMING")
    called.reject()
    other.wait_for("CALL_INCOMING")
    other.reject()
    caller.wait_for("CALL_CLOSED", text="486")
    assert told(other, "Diversion:")[-1] == "Diversion: <sip:102@linekeeper>;reason=user-busy"
    settle(box, "102")
    settle(box, "103")


def test_forward_when_nobody_answers_then_the_queue_takes_the_caller_in(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    caller, called = phone(box, "101", tone_hz=CUSTOMER_HZ), phone(box, "102", tone_hz=OTHER_HZ)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    settle(box, "102", no_answer="queue:sales", ring_s=1.0)
    caller.dial("102")
    called.wait_for("CALL_INCOMING")
    first = contact_of(box, "101")
    called.wait_for("CALL_CLOSED")
    agent.wait_for("CALL_INCOMING")
    agent.answer()
    hears(caller, AGENT_HZ)
    hears(agent, CUSTOMER_HZ)
    record = box.wait_closed(first)
    following = box.show(record["NextContactId"])["contact"]
    assert (following["method"], following["customer"], following["queue"]) == ("TRANSFER", "101", "sales")
    assert following["agent"] == "ann"
    caller.hang_up()
    agent.wait_for("CALL_CLOSED")
    box.wait_closed(record["NextContactId"])
    settle(box, "102")


def test_forward_when_it_goes_in_a_circle_then_the_caller_is_told_at_once(box: RunningBox, phone: PhoneMaker) -> None:
    caller = phone(box, "101")
    box.add_extension("102")
    box.add_extension("103")
    for extension, other in (("102", "103"), ("103", "102")):
        settle(box, extension, always=other)
    caller.dial("102")
    caller.wait_for("CALL_CLOSED", text="480")
    settle(box, "102")
    settle(box, "103")


def test_do_not_disturb_when_called_then_busy_and_no_phone_rings(box: RunningBox, phone: PhoneMaker) -> None:
    caller, called = phone(box, "101"), phone(box, "102")
    settle(box, "102", do_not_disturb=True)
    caller.dial("102")
    caller.wait_for("CALL_CLOSED", text="486")
    assert not told(called, "INVITE")
    settle(box, "102")


def test_do_not_disturb_when_a_queue_offers_then_the_agent_has_missed_it_and_the_next_one_rings(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    first = agent_phone(box, "ann", "201", tone_hz=OTHER_HZ)
    settle(box, "201", do_not_disturb=True)
    second = agent_phone(box, "bob", "202", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial("600")
    second.wait_for("CALL_INCOMING")
    second.answer()
    hears(customer, AGENT_HZ)
    contact = contact_of(box, "101")
    missed = box.wait_event(contact, "AgentMissed", agent="ann")
    assert (missed["cause"], missed["sip_status"]) == ("rejected", 486)
    assert not told(first, "INVITE")
    customer.hang_up()
    settle(box, "201")


def test_group_when_all_of_five_ring_then_one_has_it_and_the_others_know_it_was_answered(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    members = {number: phone(box, number, tone_hz=AGENT_HZ) for number in ("121", "122", "123", "124", "125")}
    box.api.call("group.add", group="desk", number="250", members=list(members), label="Desk")
    caller.dial("250")
    for member in members.values():
        member.wait_for("CALL_INCOMING")
    members["122"].reject()  # who is busy stops nobody
    members["124"].answer()
    hears(caller, AGENT_HZ)
    hears(members["124"], CUSTOMER_HZ)
    contact = contact_of(box, "101")
    started = box.wait_event(contact, "LegStarted", role="customer")
    assert started["members"] == list(members)
    assert box.wait_event(contact, "LegAnswered", leg=started["leg"])["extension"] == "124"
    for number in ("121", "123", "125"):
        members[number].wait_for("CALL_CLOSED")
        assert ELSEWHERE in told(members[number], "Reason:")
    assert "Alert-Info: <http://127.0.0.1/>;info=group" in told(members["121"], "Alert-Info:")
    assert any('"Desk: 101"' in line for line in told(members["121"], "From:"))
    caller.hang_up()
    members["124"].wait_for("CALL_CLOSED")


def test_group_when_it_rings_in_order_then_one_after_the_other_and_then_the_fallback(
    box: RunningBox, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    first, second, last = (phone(box, number, tone_hz=AGENT_HZ) for number in ("121", "122", "123"))
    box.api.call(
        "group.add", group="line", number="251", members=["121", "122"], strategy="order", ring_s=1, fallback="123"
    )
    caller.dial("251")
    first.wait_for("CALL_INCOMING")
    first.wait_for("CALL_CLOSED")
    second.wait_for("CALL_INCOMING")
    second.wait_for("CALL_CLOSED")
    last.wait_for("CALL_INCOMING")
    last.answer()
    hears(caller, AGENT_HZ)
    caller.hang_up()
    last.wait_for("CALL_CLOSED")


def test_group_when_turns_are_taken_then_the_next_call_begins_with_the_next(box: RunningBox, phone: PhoneMaker) -> None:
    caller, first, second = phone(box, "101"), phone(box, "121"), phone(box, "122")
    box.api.call("group.add", group="turn", number="252", members=["121", "122"], strategy="round-robin")
    for member in (first, second, first):
        caller.dial("252")
        member.wait_for("CALL_INCOMING")
        caller.hang_up()
        caller.wait_for("CALL_CLOSED")
        member.wait_for("CALL_CLOSED")


def test_do_not_disturb_when_set_from_the_phone_then_said_and_in_force(box: RunningBox, phone: PhoneMaker) -> None:
    caller, called = phone(box, "101"), phone(box, "102")
    called.dial("*24")
    called.wait_for("CALL_ESTABLISHED")
    called.wait_for("CALL_CLOSED")
    caller.dial("102")
    caller.wait_for("CALL_CLOSED", text="486")
    called.dial("*24")
    called.wait_for("CALL_ESTABLISHED")
    called.wait_for("CALL_CLOSED")
    caller.dial("102")
    called.wait_for("CALL_INCOMING")
    caller.hang_up()


def test_forward_when_set_and_ended_from_the_phone_then_in_force(box: RunningBox, phone: PhoneMaker) -> None:
    caller, called, other = phone(box, "101"), phone(box, "102"), phone(box, "103")
    called.dial("*21103")
    called.wait_for("CALL_CLOSED")
    caller.dial("102")
    other.wait_for("CALL_INCOMING")
    caller.hang_up()
    caller.wait_for("CALL_CLOSED")
    called.dial("*21")
    called.wait_for("CALL_CLOSED")
    caller.dial("102")
    called.wait_for("CALL_INCOMING")
    caller.hang_up()


def test_transfer_when_the_target_is_forwarded_and_a_group_then_the_group_rings_for_the_customer(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    members = [phone(box, number, tone_hz=OTHER_HZ) for number in ("121", "122")]
    box.add_extension("102")
    box.api.call("group.add", group="desk", number="250", members=["121", "122"], strategy="all")
    settle(box, "102", always="250")
    contact = put_through(box, customer, agent)
    assert "Alert-Info: <http://127.0.0.1/>;info=queue" in told(agent, "Alert-Info:")
    agent.transfer("102")
    for member in members:
        member.wait_for("CALL_INCOMING")
    members[1].answer()
    hears(customer, OTHER_HZ)
    hears(members[1], CUSTOMER_HZ)
    agent.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact)
    legs = box.events(record["NextContactId"], "LegStarted")
    assert "122" in {leg["extension"] for leg in legs}
    customer.hang_up()
    box.wait_closed(record["NextContactId"])
    settle(box, "102")
