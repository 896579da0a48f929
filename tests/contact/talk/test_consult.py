"""Consult, toggle, conference and how they end, with audio checked. Real pjsua2 processes."""

from __future__ import annotations

from typing import Any

import pytest
from contact.rtp_parties import RtpParty
from contact.sip_peer import Dialog, sdp
from contact.stage import AGENT_HZ, CUSTOMER_HZ, MUSIC_HZ, OTHER_HZ, RINGBACK_HZ, Stage

from appliance.contact import protocol as p
from appliance.events import (
    AgentConnected,
    AgentLeft,
    ConferenceEnded,
    ConferenceStarted,
    ConsultEnded,
    ConsultOutcome,
    ConsultStarted,
    ContactDisconnected,
    ContactInitiated,
    ContactTransferred,
    CustomerHeld,
    CustomerResumed,
    DigitsSent,
    DisconnectReason,
    LegHeld,
    LegResumed,
    PartiesToggled,
)
from appliance.ids import AgentId, ContactId

pytestmark = pytest.mark.scenario
KIM, LEE = AgentId("kim"), AgentId("lee")


@pytest.fixture
def other(stage: Stage) -> RtpParty:
    """Whom the agent consults."""
    voice = stage.party()
    voice.say(OTHER_HZ)
    return voice


def tell(stage: Stage, kind: type[p.Command], contact: ContactId, **more: Any) -> None:
    stage.switchboard.command(kind(contact=contact, **more))


def ring(stage: Stage, contact: ContactId, other: RtpParty, target: str = "103", user: str = "") -> Dialog:
    """The consulted party's phone rings."""
    tell(stage, p.ConsultParty, contact, target=target, by=KIM)
    return stage.peer.wait_call(user or target, media_port=other.port)


def consulting(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> tuple[Dialog, Dialog, Dialog, ContactId]:
    """Agent and consulted talk, the customer hears music: (customer's, agent's, consulted's dialog, contact)."""
    caller, phone, contact = stage.put_through(customer, agent)
    target = ring(stage, contact, other)
    target.answer()
    agent.hears_tone(OTHER_HZ)
    return caller, phone, target, contact


def outcome(stage: Stage, contact: ContactId) -> ConsultOutcome:
    return stage.switchboard.wait_event(contact, ConsultEnded).outcome


def test_consult_when_it_rings_and_is_answered_joins_the_two_and_holds_the_customer(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    target = ring(stage, contact, other)
    target.reply(180)
    agent.hears_tone(RINGBACK_HZ)
    customer.hears_tone(MUSIC_HZ)
    target.answer()
    agent.hears_tone(OTHER_HZ)
    other.hears_tone(AGENT_HZ)
    customer.hears_tone(MUSIC_HZ)
    board = stage.switchboard
    started = board.wait_event(contact, ConsultStarted)
    assert (started.leg, started.target, started.by) == ("agent-2", "103", KIM)
    assert board.find(contact, CustomerHeld) == [CustomerHeld(by=KIM)]
    caller.bye()
    target.wait_request("BYE")
    board.wait_released(contact)


def test_complete_when_the_consulted_has_answered_hands_the_customer_on_as_a_new_contact(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, target, contact = consulting(stage, customer, agent, other)
    tell(stage, p.CompleteTransfer, contact, by=KIM)
    customer.hears_tone(OTHER_HZ)
    other.hears_tone(CUSTOMER_HZ)
    phone.wait_request("BYE")
    board = stage.switchboard
    handed = board.wait_event(contact, ContactTransferred)
    assert (handed.target, handed.kind, handed.by) == ("103", "consult", KIM)
    assert outcome(stage, contact) is ConsultOutcome.COMPLETED
    assert board.find(contact, AgentLeft) == [AgentLeft(agent=KIM)]
    assert board.find(contact, CustomerResumed) == []  # on hold up to the end of this contact's talk
    begun = board.wait_event(handed.next, ContactInitiated)
    assert (begun.previous, begun.initial) == (contact, contact)
    assert board.wait_event(handed.next, AgentConnected).agent == LEE
    board.wait_released(contact)
    caller.bye()
    target.wait_request("BYE")
    board.wait_released(handed.next)


def test_consult_when_the_agent_hangs_up_completes_the_transfer(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, _, contact = consulting(stage, customer, agent, other)
    phone.bye()
    customer.hears_tone(OTHER_HZ)
    other.hears_tone(CUSTOMER_HZ)
    following = stage.switchboard.wait_event(contact, ContactTransferred)
    assert (following.kind, following.by) == ("consult", KIM)
    caller.bye()
    stage.switchboard.wait_released(following.next)


def test_consult_when_the_agent_hangs_up_while_it_rings_goes_on_as_a_blind_transfer(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    target = ring(stage, contact, other)
    target.reply(180)
    phone.bye()
    customer.hears_tone(RINGBACK_HZ)
    target.answer()
    customer.hears_tone(OTHER_HZ)
    handed = stage.switchboard.wait_event(contact, ContactTransferred)
    assert (handed.kind, outcome(stage, contact)) == ("blind", ConsultOutcome.BLIND)
    assert stage.switchboard.find(contact, AgentLeft) == [AgentLeft(agent=KIM)]
    caller.bye()
    stage.switchboard.wait_released(handed.next)


@pytest.mark.parametrize("status", [486, 480, 603])
def test_consult_when_the_target_fails_brings_customer_and_agent_together_again(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty, status: int
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    ring(stage, contact, other).reply(status)
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    board = stage.switchboard
    ended = board.wait_event(contact, ConsultEnded)
    assert (ended.outcome, ended.sip_status) == (ConsultOutcome.FAILED, status)
    assert (len(board.find(contact, CustomerHeld)), len(board.find(contact, CustomerResumed))) == (1, 1)
    caller.bye()
    board.wait_released(contact)


def test_consult_when_the_customer_was_on_hold_before_and_it_fails_goes_back_to_hold(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    tell(stage, p.HoldCustomer, contact, by=KIM)
    customer.hears_tone(MUSIC_HZ)
    ring(stage, contact, other).reply(486)
    stage.switchboard.wait_event(contact, ConsultEnded)
    customer.hears_tone(MUSIC_HZ)
    tell(stage, p.ResumeCustomer, contact, by=KIM)
    customer.hears_tone(AGENT_HZ)
    assert len(stage.switchboard.find(contact, CustomerHeld)) == 1
    caller.bye()


def test_consult_when_the_consulted_hangs_up_brings_the_customer_back(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, target, contact = consulting(stage, customer, agent, other)
    target.bye()
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    assert outcome(stage, contact) is ConsultOutcome.CONSULTED_LEFT
    caller.bye()


def test_consult_when_the_consulted_is_dropped_brings_the_customer_back(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, target, contact = consulting(stage, customer, agent, other)
    tell(stage, p.DropConsulted, contact, by=KIM)
    target.wait_request("BYE")
    customer.hears_tone(AGENT_HZ)
    assert outcome(stage, contact) is ConsultOutcome.DROPPED
    ring(stage, contact, other, "102").answer()  # and another may follow
    agent.hears_tone(OTHER_HZ)
    caller.bye()


def test_consult_when_the_customer_hangs_up_ends_everybody(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, target, contact = consulting(stage, customer, agent, other)
    caller.bye()
    phone.wait_request("BYE")
    target.wait_request("BYE")
    board = stage.switchboard
    board.wait_released(contact)
    ended = board.wait_event(contact, ContactDisconnected)
    assert (ended.reason, ended.pre_disconnect_state) == (DisconnectReason.CUSTOMER_DISCONNECT, "CONNECTED_ONHOLD")
    assert outcome(stage, contact) is ConsultOutcome.CUSTOMER_LEFT
    assert board.find(contact, AgentLeft) == [AgentLeft(agent=KIM)]


def test_toggle_when_consulting_turns_to_the_customer_and_back(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, _, contact = consulting(stage, customer, agent, other)
    tell(stage, p.ToggleParties, contact, by=KIM)
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    other.hears_tone(MUSIC_HZ)
    tell(stage, p.ToggleParties, contact, by=KIM)
    customer.hears_tone(MUSIC_HZ)
    agent.hears_tone(OTHER_HZ)
    other.hears_tone(AGENT_HZ)
    board = stage.switchboard
    assert [body.to for body in board.find(contact, PartiesToggled)] == ["customer", "consulted"]
    assert (len(board.find(contact, CustomerHeld)), len(board.find(contact, CustomerResumed))) == (2, 1)
    caller.bye()


def test_toggle_when_the_agent_hangs_up_with_the_customer_ends_both(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, target, contact = consulting(stage, customer, agent, other)
    tell(stage, p.ToggleParties, contact, by=KIM)
    customer.hears_tone(AGENT_HZ)
    phone.bye()
    caller.wait_request("BYE")
    target.wait_request("BYE")
    assert outcome(stage, contact) is ConsultOutcome.TALKER_LEFT
    assert stage.switchboard.wait_event(contact, ContactDisconnected).reason is DisconnectReason.AGENT_DISCONNECT


def test_resume_when_consulting_turns_to_the_customer(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, _, contact = consulting(stage, customer, agent, other)
    tell(stage, p.HoldCustomer, contact, by=KIM)  # is on hold already
    tell(stage, p.ResumeCustomer, contact, by=KIM)
    customer.hears_tone(AGENT_HZ)
    other.hears_tone(MUSIC_HZ)
    caller.bye()


def test_conference_when_started_lets_everybody_hear_both_others_and_ends_with_a_toggle(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, _, contact = consulting(stage, customer, agent, other)
    tell(stage, p.ConferParties, contact, by=KIM)
    customer.hears_tones(AGENT_HZ, OTHER_HZ)
    agent.hears_tones(CUSTOMER_HZ, OTHER_HZ)
    other.hears_tones(CUSTOMER_HZ, AGENT_HZ)
    board = stage.switchboard
    assert board.wait_event(contact, ConferenceStarted).by == KIM
    assert len(board.find(contact, CustomerResumed)) == 1
    tell(stage, p.HoldCustomer, contact, by=KIM)
    customer.hears_tone(MUSIC_HZ)
    agent.hears_tone(OTHER_HZ)
    tell(stage, p.ResumeCustomer, contact, by=KIM)
    customer.hears_tones(AGENT_HZ, OTHER_HZ)
    tell(stage, p.ToggleParties, contact, by=KIM)
    customer.hears_tone(MUSIC_HZ)
    assert board.wait_event(contact, ConferenceEnded).leg == "agent-2"
    caller.bye()


def test_conference_when_the_agent_hangs_up_leaves_the_two_to_each_other(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, _, contact = consulting(stage, customer, agent, other)
    tell(stage, p.ConferParties, contact, by=KIM)
    customer.hears_tones(AGENT_HZ, OTHER_HZ)
    phone.bye()
    following = stage.switchboard.wait_event(contact, ContactTransferred).next
    stage.switchboard.wait_event(following, AgentConnected)
    customer.hears_tone(OTHER_HZ)
    other.hears_tone(CUSTOMER_HZ)
    caller.bye()


def test_phone_hold_when_consulting_and_conferring_affects_only_whom_it_talks_with(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, _, contact = consulting(stage, customer, agent, other)
    board = stage.switchboard
    phone.reinvite("sendonly")
    board.wait_event(contact, LegHeld)
    other.hears_tone(MUSIC_HZ)
    customer.hears_tone(MUSIC_HZ)
    tell(stage, p.ConferParties, contact, by=KIM)
    customer.hears_tone(OTHER_HZ)  # the agent's phone still holds: the others go on
    other.hears_tone(CUSTOMER_HZ)
    phone.request("INVITE", body=sdp(phone.media_port), kind="application/sdp")
    board.wait_event(contact, LegResumed)
    customer.hears_tones(AGENT_HZ, OTHER_HZ)
    agent.hears_tones(CUSTOMER_HZ, OTHER_HZ)
    assert len(board.find(contact, CustomerHeld)) == 1
    caller.bye()


@pytest.mark.parametrize("target", ["999", "nobody", "queue:nothing", "quick:nobody", "911"])
def test_consult_when_nobody_can_be_rung_changes_nothing(
    stage: Stage, customer: RtpParty, agent: RtpParty, target: str
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    count = len(stage.peer.calls)
    tell(stage, p.ConsultParty, contact, target=target, by=KIM)
    tell(stage, p.ToggleParties, contact)
    tell(stage, p.ConferParties, contact)
    tell(stage, p.CompleteTransfer, contact)
    tell(stage, p.DropConsulted, contact)
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    assert len(stage.peer.calls) == count
    assert stage.switchboard.find(contact, CustomerHeld) == []
    caller.bye()


def test_consult_when_the_number_is_outside_asks_the_edge_for_a_trunk(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    target = ring(stage, contact, other, "4155550123", "+14155550123")
    assert target.invite is not None
    assert target.invite.headers["x-linekeeper-trunk"] == "any"
    target.answer()
    agent.hears_tone(OTHER_HZ)
    tell(stage, p.CompleteTransfer, contact, by=KIM)
    customer.hears_tone(OTHER_HZ)
    following = stage.switchboard.wait_event(contact, ContactTransferred).next
    assert stage.switchboard.find(following, AgentConnected) == []
    caller.bye()


def test_digits_when_sent_reach_whom_the_agent_talks_with_and_are_only_counted(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    tell(stage, p.SendDigits, contact, digits="12#")
    sent = stage.switchboard.wait_event(contact, DigitsSent)
    assert (sent.leg, sent.count) == ("customer", 3)
    ring(stage, contact, other).answer()
    agent.hears_tone(OTHER_HZ)
    tell(stage, p.SendDigits, contact, digits="4")
    stage.switchboard.wait_event(contact, DigitsSent, fits=lambda body: body.leg == "agent-2")
    assert "12#" not in stage.log()
    caller.bye()


def test_commands_when_they_do_not_say_by_whom_are_the_talking_agents(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    tell(stage, p.HoldCustomer, contact)
    tell(stage, p.ResumeCustomer, contact)
    stage.switchboard.command(p.ConsultParty(contact=contact, target="103"))
    stage.peer.wait_call("103", media_port=other.port).answer()
    agent.hears_tone(OTHER_HZ)
    tell(stage, p.CompleteTransfer, contact)
    board = stage.switchboard
    assert board.wait_event(contact, ContactTransferred).by == KIM
    assert [body.by for body in board.find(contact, CustomerHeld)] == [KIM, KIM]
    caller.bye()
