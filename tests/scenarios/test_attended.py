"""Attended transfer by a real softphone: REFER with Replaces (RFC 3891), the phone holding two calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.box import PASSWORD, RunningBox
from kit.pjsua_phone import PjsuaPhone
from kit.ports import PortBlock
from kit.processes import wait_until
from kit.talk import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, STRAIGHT, PhoneMaker, contact_of, hears

pytestmark = pytest.mark.scenario


@pytest.fixture
def desk(box: RunningBox, tmp_path: Path, ports: PortBlock) -> Iterator[PjsuaPhone]:
    """Agent ann of `sales`, at a phone that can transfer."""
    box.add_agent("ann", "201", "sales", available=False)
    settings = {"user": "201", "password": PASSWORD, "registrar": box.address, "tone_hz": AGENT_HZ}
    with PjsuaPhone(tmp_path / "pjsua-201", ports, **settings) as phone:  # type: ignore[arg-type]
        box.set_status("ann", "Available")
        yield phone


def test_attended_transfer_when_the_agent_spoke_with_the_target_then_customer_and_target_talk(
    box: RunningBox, desk: PjsuaPhone, phone: PhoneMaker
) -> None:
    target = phone(box, "103", tone_hz=OTHER_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(STRAIGHT)
    desk.wait_call(0, "INCOMING")
    desk.ask("answer", call=0)
    hears(customer, AGENT_HZ)
    contact = contact_of(box, "101")
    desk.ask("hold", call=0)
    box.wait_event(contact, "CustomerHeld")
    desk.dial("103")
    target.wait_for("CALL_INCOMING")
    target.answer()
    desk.hears(1, OTHER_HZ)
    consult = contact_of(box, "201")
    desk.ask("transfer", call=0, to=1)
    hears(customer, OTHER_HZ)
    hears(target, CUSTOMER_HZ)
    desk.until("transfer", 200)
    desk.wait_call(0, "DISCONNECTED")
    desk.wait_call(1, "DISCONNECTED")
    record = box.wait_closed(contact)
    following = record["NextContactId"]
    customer.hang_up()
    target.wait_for("CALL_CLOSED")
    second = box.wait_closed(following)
    third = box.wait_closed(consult)
    assert (second["PreviousContactId"], second["InitialContactId"]) == (contact, contact)
    assert third["RelatedContactId"] in (contact, following)
    assert second["RelatedContactId"] == consult
    wait_until(lambda: not box.contacts(open_only=True), timeout_s=10, what="every contact is over")


def test_attended_transfer_when_the_transferring_phone_was_called_then_the_caller_talks_with_the_target(
    box: RunningBox, desk: PjsuaPhone, phone: PhoneMaker
) -> None:
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    target = phone(box, "103", tone_hz=OTHER_HZ)
    caller.dial("201")
    desk.wait_call(0, "INCOMING")
    desk.ask("answer", call=0)
    hears(caller, AGENT_HZ)
    contact = contact_of(box, "101")
    desk.ask("hold", call=0)
    desk.dial("103")
    target.wait_for("CALL_INCOMING")
    target.answer()
    desk.hears(1, OTHER_HZ)
    desk.ask("transfer", call=0, to=1)
    hears(caller, OTHER_HZ)
    hears(target, CUSTOMER_HZ)
    desk.wait_call(0, "DISCONNECTED")
    desk.wait_call(1, "DISCONNECTED")
    target.hang_up()
    caller.wait_for("CALL_CLOSED")
    assert box.wait_closed(contact)["NextContactId"] is not None
    wait_until(lambda: not box.contacts(open_only=True), timeout_s=10, what="every contact is over")
