"""Contacts that the box begins itself: the agent's phone first, then the number. Real pjsua2 processes."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from contact.rtp_parties import RtpParty
from contact.sip_peer import Dialog
from contact.stage import AGENT_HZ, CUSTOMER_HZ, RINGBACK_HZ, SALES, Stage

from appliance.clock import monotonic_s
from appliance.contact.protocol import HangUpContact, OriginateContact, WithdrawOffer
from appliance.events import (
    AgentConnected,
    AgentLeft,
    AgentMissed,
    AgentOffered,
    ContactDisconnected,
    ContactInitiated,
    DisconnectReason,
    FlowStarted,
    InitiationMethod,
    LegStarted,
    SystemConnected,
)
from appliance.ids import AgentId, ContactId, Extension, FlowId, OfferId

pytestmark = pytest.mark.scenario
KIM, NUMBER, SHOWN = AgentId("kim"), "+12125559999", "+12025550100"


def originate(stage: Stage, **how: Any) -> ContactId:
    """Ask slot 0; by default for kim's phone and an outside number."""
    contact = ContactId(str(uuid.uuid4()))
    call: dict[str, Any] = {"agent": KIM, "extension": Extension("101"), "number": NUMBER, **how}
    method = call.pop("method", InitiationMethod.OUTBOUND)
    stage.switchboard.tell(0, OriginateContact(contact=contact, method=method, **call))
    return contact


def picked_up(stage: Stage, agent: RtpParty) -> Dialog:
    phone = stage.peer.wait_call("101", media_port=agent.port)
    phone.answer()
    agent.say(AGENT_HZ)
    return phone


def ended(stage: Stage, contact: ContactId) -> ContactDisconnected:
    return stage.switchboard.wait_event(contact, ContactDisconnected)


def test_originate_when_both_answer_then_they_talk_and_the_caller_id_is_shown(
    stage: Stage, agent: RtpParty, customer: RtpParty
) -> None:
    contact = originate(stage, caller_id=SHOWN, queue=SALES)
    picked_up(stage, agent)
    called = stage.peer.wait_call(NUMBER, media_port=customer.port)
    assert called.invite is not None
    assert called.invite.headers["from"].startswith(f"<sip:{SHOWN}@")
    assert called.invite.headers["x-linekeeper-caller"] == SHOWN
    assert called.invite.headers["x-linekeeper-trunk"] == "any"
    called.reply(180)
    agent.hears_tone(RINGBACK_HZ)
    called.answer()
    customer.say(CUSTOMER_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    customer.hears_tone(AGENT_HZ)
    initiated = stage.switchboard.wait_event(contact, ContactInitiated)
    assert (initiated.queue, initiated.agent, initiated.customer.address) == (SALES, KIM, NUMBER)
    assert initiated.system is not None
    assert initiated.system.address == SHOWN
    called.bye()
    assert ended(stage, contact).reason is DisconnectReason.CUSTOMER_DISCONNECT
    assert stage.switchboard.kinds(contact).count("AgentConnected") == 1
    assert stage.switchboard.kinds(contact).count("AgentLeft") == 1


def test_originate_when_the_far_side_sends_early_media_then_the_agent_hears_it(
    stage: Stage, agent: RtpParty, customer: RtpParty
) -> None:
    originate(stage)
    picked_up(stage, agent)
    called = stage.peer.wait_call(NUMBER, media_port=customer.port)
    customer.say(CUSTOMER_HZ)
    called.reply(183, media=True)
    agent.hears_tone(CUSTOMER_HZ)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (486, DisconnectReason.TELECOM_BUSY),
        (404, DisconnectReason.TELECOM_NUMBER_INVALID),
        (480, DisconnectReason.TELECOM_UNANSWERED),
        (503, DisconnectReason.TELECOM_PROBLEM),
    ],
)
def test_originate_when_the_number_fails_then_the_record_says_why_and_the_agent_had_part_in_it(
    stage: Stage, agent: RtpParty, status: int, reason: DisconnectReason
) -> None:
    contact = originate(stage)
    phone = picked_up(stage, agent)
    stage.peer.wait_call(NUMBER).reply(status)
    phone.wait_request("BYE")
    assert ended(stage, contact).reason is reason
    assert stage.switchboard.find(contact, AgentLeft) == [AgentLeft(agent=KIM)]
    assert stage.switchboard.find(contact, SystemConnected) == []


def test_originate_when_the_number_does_not_answer_in_time_then_unanswered(stage: Stage, agent: RtpParty) -> None:
    contact = originate(stage, answer_timeout_s=0.3)
    phone = picked_up(stage, agent)
    stage.peer.wait_call(NUMBER).reply(180)
    phone.wait_request("BYE")
    assert ended(stage, contact).reason is DisconnectReason.TELECOM_UNANSWERED


def test_originate_when_the_number_is_none_then_invalid_and_nobody_is_dialled(stage: Stage, agent: RtpParty) -> None:
    contact = originate(stage, number="479")
    picked_up(stage, agent)
    assert ended(stage, contact).reason is DisconnectReason.TELECOM_NUMBER_INVALID


def test_originate_when_the_agent_hangs_up_while_it_rings_then_the_number_is_given_up(
    stage: Stage, agent: RtpParty
) -> None:
    contact = originate(stage)
    phone = picked_up(stage, agent)
    called = stage.peer.wait_call(NUMBER)
    called.reply(180)
    phone.bye()
    called.wait_request("CANCEL")
    assert ended(stage, contact).reason is DisconnectReason.TELECOM_ORIGINATOR_CANCEL


@pytest.mark.parametrize(("status", "cause"), [(486, "busy"), (603, "rejected"), (480, "unreachable")])
def test_originate_when_the_agent_does_not_take_the_offer_then_missed_and_the_number_is_never_dialled(
    stage: Stage, status: int, cause: str
) -> None:
    offer = OfferId("c/1")
    contact = originate(stage, offer=offer)
    stage.peer.wait_call("101").reply(status)
    missed = stage.switchboard.wait_event(contact, AgentMissed)
    assert (missed.cause, missed.offer) == (cause, offer)
    ended(stage, contact)
    assert [leg.role for leg in stage.switchboard.find(contact, LegStarted)] == ["agent"]


def test_originate_when_the_contact_waited_already_and_nobody_answers_then_it_is_let_go_without_an_end(
    stage: Stage,
) -> None:
    contact = originate(stage, offer=OfferId("c/1"), initiated=True, seq=7, ring_timeout_s=0.3)
    stage.peer.wait_call("101").reply(180)
    stage.switchboard.wait_released(contact)
    assert stage.switchboard.find(contact, ContactInitiated) == []
    assert stage.switchboard.find(contact, ContactDisconnected) == []
    assert stage.switchboard.wait_event(contact, AgentMissed).cause == "no_answer"
    assert next(event.seq for event in stage.switchboard.events if event.contact == contact) == 8


def test_originate_when_the_offer_is_withdrawn_then_the_phone_stops_ringing(stage: Stage) -> None:
    contact = originate(stage, offer=OfferId("c/1"))
    phone = stage.peer.wait_call("101")
    phone.reply(180)
    stage.switchboard.wait_event(contact, AgentOffered)
    stage.switchboard.command(WithdrawOffer(contact=contact, offer=OfferId("c/1")))
    phone.wait_request("CANCEL")
    assert stage.switchboard.wait_event(contact, AgentMissed).cause == "withdrawn"


def test_originate_when_there_is_no_agent_then_the_flow_runs_for_whom_the_number_answers(
    stage: Stage, customer: RtpParty
) -> None:
    contact = originate(stage, agent=None, extension=None, flow=FlowId("straight"), method=InitiationMethod.API)
    called = stage.peer.wait_call(NUMBER, media_port=customer.port)
    assert stage.switchboard.find(contact, FlowStarted) == []
    called.answer()
    assert stage.switchboard.wait_event(contact, FlowStarted).flow == "straight"
    stage.switchboard.wait_event(contact, SystemConnected)
    called.bye()
    assert ended(stage, contact).reason is DisconnectReason.CUSTOMER_DISCONNECT


def test_originate_when_there_is_no_number_then_the_flow_runs_for_the_extension(
    stage: Stage, customer: RtpParty
) -> None:
    contact = originate(stage, agent=None, number="", flow=FlowId("straight"))
    phone = stage.peer.wait_call("101", media_port=customer.port)
    phone.answer()
    assert stage.switchboard.wait_event(contact, FlowStarted).flow == "straight"
    assert stage.switchboard.find(contact, AgentConnected) == []


def test_originate_when_the_process_has_a_contact_then_declined(stage: Stage, customer: RtpParty) -> None:
    _, contact = stage.into_queue(customer)
    wanted = originate(stage)
    stage.switchboard.wait_declined(wanted)
    assert wanted not in stage.switchboard.contacts()
    stage.switchboard.command(HangUpContact(contact=contact))


def test_originate_when_read_too_late_then_declined(stage: Stage) -> None:
    wanted = originate(stage, begin_by=monotonic_s() - 0.1)
    stage.switchboard.wait_declined(wanted)
    assert wanted not in stage.switchboard.contacts()
