"""REFER with Replaces and INVITE with Replaces (RFC 3891): who is put in whose place. Real pjsua2 processes."""

from __future__ import annotations

import pytest
from contact.rtp_parties import RtpParty
from contact.sip_peer import Dialog
from contact.stage import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, STRAIGHT, Stage

from appliance.contact.talk.referring import REFER_TAKEN
from appliance.contact.talk.replacing import attended_target
from appliance.events import (
    AgentConnected,
    ContactDisconnected,
    ContactJoined,
    ContactTransferred,
)
from appliance.ids import ContactId

OTHER_CONTACT = ContactId("0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77")
REPLACES = "abc%40phone%3Bto-tag%3D1%3Bfrom-tag%3D2"


@pytest.fixture
def other(stage: Stage) -> RtpParty:
    voice = stage.party()
    voice.say(OTHER_HZ)
    return voice


def replaces(dialog: Dialog) -> str:
    """The header that names this dialog; of its two tags the process's own is the to-tag."""
    tags = [address.partition(";tag=")[2] for address in (dialog.remote, dialog.local)]
    if dialog.incoming:
        assert dialog.invite is not None
        tags[0] = dialog.invite.headers["from"].partition(";tag=")[2]
    return f"Replaces: {dialog.call_id};to-tag={tags[0]};from-tag={tags[1]}"


@pytest.mark.scenario
def test_refer_with_replaces_when_the_other_call_takes_us_then_the_customer_goes_on_there(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    _, phone, contact = stage.put_through(customer, agent)
    phone.refer(f"sip:103@linekeeper?Replaces={REPLACES}")
    phone.wait_status(REFER_TAKEN, method="REFER")
    call = stage.peer.wait_call("103", media_port=other.port)
    assert call.invite is not None
    assert call.invite.headers["replaces"] == "abc@phone;to-tag=1;from-tag=2"
    call.answer()
    customer.hears_tone(OTHER_HZ)
    other.hears_tone(CUSTOMER_HZ)
    phone.wait_for(lambda message: message.method == "NOTIFY" and "200" in message.body, "NOTIFY of the answer")
    phone.wait_request("BYE")
    transferred = stage.switchboard.wait_event(contact, ContactTransferred)
    assert (transferred.kind, transferred.target) == ("attended", "103")
    assert stage.switchboard.wait_event(transferred.next, AgentConnected).agent == "lee"


@pytest.mark.scenario
def test_refer_with_replaces_when_there_is_no_such_call_then_the_phone_is_told_and_they_stay_together(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    _, phone, contact = stage.put_through(customer, agent)
    phone.refer(f"sip:103@linekeeper?Replaces={REPLACES}")
    stage.peer.wait_call("103").reply(481)
    phone.wait_for(lambda message: message.method == "NOTIFY" and "481" in message.body, "NOTIFY of the failure")
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    assert stage.switchboard.find(contact, ContactTransferred) == []


@pytest.mark.scenario
def test_invite_with_replaces_when_of_another_contact_then_it_stands_in_the_phones_place(
    stage: Stage, customer: RtpParty, other: RtpParty
) -> None:
    """An extension called 102 and put its other call through to it."""
    called = stage.party()
    number = len(stage.switchboard.contacts())
    asker, rung = stage.ring_out(customer)
    rung.media_port = called.port
    rung.answer()
    asker.wait_status(200)
    called.say(AGENT_HZ)
    customer.hears_tone(AGENT_HZ)
    contact = stage.switchboard.wait_contact(number)
    headers = (replaces(asker), f"X-Linekeeper-Contact: {OTHER_CONTACT}")
    taker = stage.call("102", other, caller="+12025559999", headers=headers, source="")
    taker.wait_status(200)
    asker.wait_request("BYE")
    other.hears_tone(AGENT_HZ)
    called.hears_tone(OTHER_HZ)
    assert stage.switchboard.wait_event(contact, ContactJoined).other == OTHER_CONTACT
    assert stage.switchboard.find(contact, ContactDisconnected) == []
    taker.bye()
    stage.switchboard.wait_event(contact, ContactDisconnected)


@pytest.mark.scenario
def test_invite_with_replaces_when_of_a_phone_then_its_agent_takes_the_talk_as_the_next_contact(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    _, phone, contact = stage.put_through(customer, agent)
    taker = stage.call("101", other, source="extension:103", caller="103", headers=(replaces(phone),))
    taker.wait_status(200)
    phone.wait_request("BYE")
    customer.hears_tone(OTHER_HZ)
    other.hears_tone(CUSTOMER_HZ)
    following = stage.switchboard.wait_event(contact, ContactTransferred).next
    assert stage.switchboard.wait_event(following, AgentConnected).agent == "lee"


@pytest.mark.scenario
def test_invite_with_replaces_when_the_tags_are_wrong_then_refused(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    _, phone, _ = stage.put_through(customer, agent)
    header = f"Replaces: {phone.call_id};to-tag=1;from-tag=2"
    taker = stage.call(STRAIGHT, other, source="extension:103", caller="103", headers=(header,))
    taker.wait_status(481)
    customer.hears_tone(AGENT_HZ)


@pytest.mark.parametrize(
    ("refer_to", "found"),
    [
        (f"<sip:103@linekeeper?Replaces={REPLACES}>", ("103", "abc@phone;to-tag=1;from-tag=2")),
        (f"sip:103@h;transport=udp?Require=replaces&Replaces={REPLACES}", ("103", "abc@phone;to-tag=1;from-tag=2")),
        (f"sip:103@h?Replaces={REPLACES}&Require=replaces", ("103", "abc@phone;to-tag=1;from-tag=2")),
        (f"sip:103@h?Replaces={REPLACES}%3Bearly-only", ("103", "abc@phone;to-tag=1;from-tag=2;early-only")),
        ("sip:103@h", None),
        (f"sip:103@h?Replaces={REPLACES}&X-Linekeeper-Trunk=any", None),
        (f"sip:103@h?X-Linekeeper-Trunk=any&Replaces={REPLACES}", None),
        (f"sip:103@h?Replaces={REPLACES}%0D%0AX-Linekeeper-Trunk%3A%20any", None),
        ("sip:103@h?Replaces=abc", None),
    ],
)
def test_attended_target_when_it_says_more_than_replaces_then_none(
    refer_to: str, found: tuple[str, str] | None
) -> None:
    assert attended_target(refer_to) == found
