"""Consult, toggle, conference, codes by the agent's keys and REFER to everywhere, with real softphones."""

from __future__ import annotations

import pytest
from kit.audio import read_sides
from kit.baresip import Baresip
from kit.box import BoxSettings, Json, RunningBox
from kit.processes import wait_until
from kit.provider import OUTSIDE, Provider, trunk_toml
from kit.talk import (
    AGENT_HZ,
    CUSTOMER_HZ,
    OTHER_HZ,
    STRAIGHT,
    WAITING_HZ,
    PhoneMaker,
    contact_of,
    hears,
    put_through,
)

pytestmark = pytest.mark.scenario


@pytest.fixture(scope="module")
def box_settings(trunk_port: int) -> BoxSettings:
    return {"capacity": 3, "extra": trunk_toml(trunk_port)}


@pytest.fixture
def customer(box: RunningBox, phone: PhoneMaker) -> Baresip:
    return phone(box, "101", tone_hz=CUSTOMER_HZ)


@pytest.fixture
def ann(box: RunningBox, agent_phone: PhoneMaker) -> Baresip:
    """The agent who gets the customer."""
    return agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)


@pytest.fixture
def ben(box: RunningBox, phone: PhoneMaker) -> Baresip:
    """An agent without a queue."""
    box.add_agent("ben", "202", available=True)
    return phone(box, "202", known=True, tone_hz=OTHER_HZ)


def ask(box: RunningBox, contact: str, command: str, **more: str) -> None:
    box.api.call("contact.command", contact=contact, command=command, **more)


def hears_now(phone: Baresip, frequency_hz: float) -> None:
    """From now on."""
    hears(phone, frequency_hz, since_s=phone.heard().duration_s)


def hears_both(phone: Baresip, first_hz: float, second_hz: float) -> None:
    phone.wait_heard(
        lambda sound: (
            sound.duration_s > 0.4 and min(sound.part(-0.3).tone_share(hz) for hz in (first_hz, second_hz)) > 0.2
        ),
        since_s=phone.heard().duration_s,
        what=f"{first_hz:g} and {second_hz:g} Hz together",
    )


def hears_music(phone: Baresip) -> None:
    def music(phone_hz: float) -> bool:
        return not phone.heard().part(-0.5).has_tone(phone_hz, share=0.2)

    phone.wait_heard(
        lambda sound: sound.part(-0.5).rms() > 100 and all(music(hz) for hz in (AGENT_HZ, OTHER_HZ, CUSTOMER_HZ)),
        what="music",
    )


def consulting(box: RunningBox, customer: Baresip, ann: Baresip, ben: Baresip) -> str:
    """Ann and Ben talk, the customer is on hold."""
    contact = put_through(box, customer, ann)
    ask(box, contact, "consult", target="202")
    ben.wait_for("CALL_INCOMING")
    ben.answer()
    hears(ann, OTHER_HZ)
    hears(ben, AGENT_HZ)
    return contact


def _for_a_while(phone: Baresip, seconds: float = 2.0) -> None:
    since = phone.heard().duration_s
    phone.wait_heard(lambda sound: sound.duration_s > seconds, since_s=since, what=f"{seconds} more seconds")


def following(box: RunningBox, contact: str) -> str:
    following_contact: str = box.wait_event(contact, "ContactTransferred")["next"]
    return following_contact


def linked(box: RunningBox, first: str, second: str) -> tuple[Json, Json]:
    """Both records, one chain, with a recording each."""
    before, after = box.wait_closed(first), box.wait_closed(second)
    assert (before["InitialContactId"], before["NextContactId"]) in ((None, second), (first, second))
    assert (after["PreviousContactId"], after["InitialContactId"]) == (first, first)
    assert after["InitiationMethod"] == "TRANSFER"
    for contact, record in ((first, before), (second, after)):
        recording = box.wait_recording(contact)
        assert recording["contact"] == contact
        assert len(record["Recordings"]) == 1
    return before, after


def test_consult_when_completed_then_customer_is_with_the_consulted_and_records_are_one_chain(
    box: RunningBox, customer: Baresip, ann: Baresip, ben: Baresip
) -> None:
    contact = put_through(box, customer, ann)
    _for_a_while(ann)
    ask(box, contact, "consult", target="202")
    ben.wait_for("CALL_INCOMING")
    hears_music(customer)
    ben.answer()
    hears(ann, OTHER_HZ)
    hears(ben, AGENT_HZ)
    _for_a_while(ann)
    ask(box, contact, "complete")
    ann.wait_for("CALL_CLOSED")
    hears(customer, OTHER_HZ)
    hears_now(ben, CUSTOMER_HZ)
    second = following(box, contact)
    customer.hang_up()
    ben.wait_for("CALL_CLOSED")
    before, after = linked(box, contact, second)
    assert before["Agent"]["Username"] == "ann"
    assert before["Agent"]["NumberOfHolds"] == 1
    assert before["Agent"]["AgentInitiatedHoldDuration"] == before["Agent"]["CustomerHoldDuration"] >= 2
    assert after["Agent"]["Username"] == "ben"
    assert after["Agent"]["NumberOfHolds"] == 0
    _consult_is_not_on_the_recording(box, contact)


def _consult_is_not_on_the_recording(box: RunningBox, contact: str) -> None:
    """Agent's side: ann to the customer, then silence; nothing of Ben anywhere."""
    started = box.events(contact, "RecordingStarted")[0]["mono_s"]
    consult = box.events(contact, "ConsultStarted")[0]["mono_s"] - started
    left, right = read_sides(box.wait_recording(contact)["file"])
    assert right.part(0.2, consult - 0.2).has_tone(AGENT_HZ)
    assert right.part(consult + 0.5, -0.5).rms() < 60
    assert right.tone_seconds(OTHER_HZ) == left.tone_seconds(OTHER_HZ) == 0
    assert left.part(consult + 0.5, -0.5).has_tone(CUSTOMER_HZ)


def test_consult_when_refused_then_customer_and_agent_are_together_again(
    box: RunningBox, customer: Baresip, ann: Baresip, ben: Baresip
) -> None:
    contact = put_through(box, customer, ann)
    ask(box, contact, "consult", target="202")
    ben.wait_for("CALL_INCOMING")
    ben.reject()
    box.wait_event(contact, "ConsultEnded", outcome="failed", sip_status=486)
    hears_now(customer, AGENT_HZ)
    hears_now(ann, CUSTOMER_HZ)
    customer.hang_up()
    record = box.wait_closed(contact)
    assert record["NextContactId"] is None
    assert record["Agent"]["NumberOfHolds"] == 1


def test_consult_when_customer_hangs_up_then_it_is_over_for_everybody(
    box: RunningBox, customer: Baresip, ann: Baresip, ben: Baresip
) -> None:
    contact = consulting(box, customer, ann, ben)
    customer.hang_up()
    ann.wait_for("CALL_CLOSED")
    ben.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact)
    assert record["DisconnectReason"] == "CUSTOMER_DISCONNECT"
    assert box.events(contact, "ConsultEnded")[0]["outcome"] == "customer_left"
    wait_until(lambda: box.agents()["ben"]["activity"] == "idle", timeout_s=10, what="ben is idle again")


def test_conference_when_three_talk_then_each_hears_both_others_and_the_consulted_is_on_the_agents_side(
    box: RunningBox, customer: Baresip, ann: Baresip, ben: Baresip
) -> None:
    contact = consulting(box, customer, ann, ben)
    ask(box, contact, "toggle")
    hears_now(customer, AGENT_HZ)
    hears_music(ben)
    ask(box, contact, "conference")
    hears_both(customer, AGENT_HZ, OTHER_HZ)
    hears_both(ann, CUSTOMER_HZ, OTHER_HZ)
    hears_both(ben, CUSTOMER_HZ, AGENT_HZ)
    box.wait_event(contact, "ConferenceStarted")
    _for_a_while(ann)
    ask(box, contact, "drop")
    ben.wait_for("CALL_CLOSED")
    hears_now(customer, AGENT_HZ)
    customer.hang_up()
    record = box.wait_closed(contact)
    assert record["Agent"]["NumberOfHolds"] == 1
    left, right = read_sides(box.wait_recording(contact)["file"])
    assert right.tone_seconds(OTHER_HZ, share=0.2) > 1.0
    assert left.tone_seconds(OTHER_HZ, share=0.2) == 0


def test_codes_when_the_agent_presses_them_then_the_consult_goes_its_way(
    box: RunningBox, customer: Baresip, ann: Baresip, ben: Baresip
) -> None:
    contact = put_through(box, customer, ann)
    ann.send_digits("*02202#")
    ben.wait_for("CALL_INCOMING")
    ben.answer()
    hears(ben, AGENT_HZ)
    ann.send_digits("*03")
    box.wait_event(contact, "PartiesToggled", to="customer")
    hears_now(customer, AGENT_HZ)
    ann.send_digits("*04")
    box.wait_event(contact, "ConferenceStarted", by="ann")
    hears_both(customer, AGENT_HZ, OTHER_HZ)
    ann.send_digits("*05")
    ann.wait_for("CALL_CLOSED")
    second = following(box, contact)
    hears_now(ben, CUSTOMER_HZ)
    customer.hang_up()
    linked(box, contact, second)
    assert box.events(contact, "DigitsSent") == []
    assert "*02202" not in box.log.read_text()


def test_keys_when_they_are_no_code_then_they_reach_the_customers_phone(
    box: RunningBox, customer: Baresip, ann: Baresip
) -> None:
    contact = put_through(box, customer, ann)
    ann.send_digits("47")
    got = [customer.wait_for("CALL_DTMF_START").param for _ in "47"]
    assert got == ["4", "7"]
    box.wait_event(contact, "DigitsSent", leg="customer")
    customer.hang_up()
    box.wait_closed(contact)


def test_refer_when_the_target_is_a_queues_number_then_the_customer_waits_there_as_a_new_contact(
    box: RunningBox, customer: Baresip, ann: Baresip
) -> None:
    contact = put_through(box, customer, ann)
    box.set_status("ann", "Offline")
    ann.transfer(STRAIGHT)
    ann.wait_for("CALL_CLOSED")
    second = following(box, contact)
    box.wait_event(second, "ContactQueued", queue="sales")
    hears_now(customer, WAITING_HZ)
    customer.hang_up()
    before, after = box.wait_closed(contact), box.wait_closed(second)
    assert (before["NextContactId"], after["PreviousContactId"]) == (second, contact)
    assert after["Queue"]["Name"] == "sales"


def test_refer_when_the_target_is_outside_then_the_customer_leaves_by_the_trunk(
    box: RunningBox, customer: Baresip, ann: Baresip, provider: Provider
) -> None:
    far = provider.takes()
    contact = put_through(box, customer, ann)
    ann.transfer("2125559999")
    ann.wait_for("CALL_CLOSED")
    second = following(box, contact)
    box.wait_event(second, "LegAnswered", trunk="acme")
    _for_a_while(customer, 1.0)  # there is something to record
    customer.hang_up()
    assert far.wait().successful == 1
    before, after = linked(box, contact, second)
    assert before["TransferredToEndpoint"] == {"Address": OUTSIDE, "Type": "TELEPHONE_NUMBER"}
    assert after["Agent"] is None


def test_refer_when_the_customer_sends_it_then_nothing_happens(
    box: RunningBox, customer: Baresip, ann: Baresip
) -> None:
    """The customer here is an extension that reached a queue: it talks from outside all the same."""
    contact = put_through(box, customer, ann)
    customer.transfer("2125559999")
    customer.wait_for("TRANSFER_FAILED")
    assert box.events(contact, "ContactTransferred") == []
    ann.hang_up()
    box.wait_closed(contact)


def test_quick_connects_when_used_then_their_flows_run_with_the_customer_in_the_new_contact(
    box: RunningBox, customer: Baresip, ann: Baresip, ben: Baresip
) -> None:
    box.api.call("quick_connect.add", name="desk", type="USER", target="ben", flow="agent_transfer")
    box.api.call("quick_connect.add", name="again", type="QUEUE", target="sales", flow="queue_transfer")
    contact = put_through(box, customer, ann)
    ask(box, contact, "transfer", target="quick:desk")
    ann.wait_for("CALL_CLOSED")
    ben.wait_for("CALL_INCOMING", timeout_s=20)
    ben.answer()
    hears(ben, CUSTOMER_HZ)
    second = following(box, contact)
    assert box.wait_event(second, "FlowStarted")["flow"] == "agent_transfer"
    assert box.wait_event(second, "AgentConnected")["agent"] == "ben"
    box.set_status("ann", "Offline")
    ask(box, second, "transfer", target="quick:again")
    ben.wait_for("CALL_CLOSED")
    third = following(box, second)
    assert box.wait_event(third, "FlowStarted")["flow"] == "queue_transfer"
    box.wait_event(third, "ContactQueued", queue="sales", timeout_s=20)
    customer.hang_up()
    records = [box.wait_closed(each) for each in (contact, second, third)]
    assert [record["NextContactId"] for record in records] == [second, third, None]
    assert [record["InitialContactId"] for record in records[1:]] == [contact, contact]


def test_agent_when_hanging_up_in_a_consult_then_the_transfer_is_complete(
    box: RunningBox, customer: Baresip, ann: Baresip, ben: Baresip
) -> None:
    contact = consulting(box, customer, ann, ben)
    ann.hang_up()
    hears(customer, OTHER_HZ)
    second = following(box, contact)
    ben.hang_up()
    customer.wait_for("CALL_CLOSED")
    _, after = linked(box, contact, second)
    assert after["DisconnectReason"] == "AGENT_DISCONNECT"


@pytest.mark.parametrize("target", ["queue:sales", STRAIGHT])
def test_consult_when_a_queue_is_asked_then_its_agent_is_reached_through_a_contact_of_its_own(
    box: RunningBox, customer: Baresip, ann: Baresip, agent_phone: PhoneMaker, target: str
) -> None:
    contact = put_through(box, customer, ann)
    cid = agent_phone(box, "cid", "203", tone_hz=OTHER_HZ)
    ask(box, contact, "consult", target=target)
    cid.wait_for("CALL_INCOMING", timeout_s=15)
    hears_music(customer)
    cid.answer()
    hears_now(ann, OTHER_HZ)
    hears_now(cid, AGENT_HZ)
    ask(box, contact, "complete")
    ann.wait_for("CALL_CLOSED")
    hears_now(customer, OTHER_HZ)
    hears_now(cid, CUSTOMER_HZ)
    second = following(box, contact)
    asked = contact_of(box, "201")
    customer.hang_up()
    cid.wait_for("CALL_CLOSED")
    linked(box, contact, second)
    record = box.wait_closed(asked)
    assert record["RelatedContactId"] == contact
    assert (record["Queue"]["Name"], record["Agent"]["Username"]) == ("sales", "cid")


def test_invite_when_a_phone_names_a_queue_then_it_is_no_consult(box: RunningBox, customer: Baresip) -> None:
    customer.dial(f"sip:queue-sales@{box.address}")
    customer.wait_for("CALL_CLOSED", text="404")
