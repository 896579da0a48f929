"""Consults of somebody who forwards, and of groups: the way is followed as a call's. Real pjsua2 processes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from contact.rtp_parties import RtpParty
from contact.sip_peer import Dialog
from contact.stage import AGENT_HZ, CUSTOMER_HZ, MUSIC_HZ, OTHER_HZ, RINGBACK_HZ, SALES, Stage

from appliance.contact import protocol as p
from appliance.dialplan import ExtensionPlan, GroupPlan, MailboxPlan, Strategy
from appliance.events import (
    AgentConnected,
    ConsultEnded,
    ConsultOutcome,
    ConsultStarted,
    ConsultWentOn,
    ContactTransferred,
    CustomerHeld,
    CustomerResumed,
)
from appliance.ids import AgentId, ContactId

pytestmark = pytest.mark.scenario
KIM, LEE = AgentId("kim"), AgentId("lee")
TEAM = ("102", "103")


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    """103 goes on to 102 when busy, 104 to a queue and 105 to a mailbox always; two groups of 102 and 103."""
    return make_stage(
        plan={
            "extensions": {"101": "kim", "102": None, "103": "lee", "104": None, "105": None},
            "phones": {
                "103": ExtensionPlan(busy="102"),
                "104": ExtensionPlan(always=f"queue:{SALES}"),
                "105": ExtensionPlan(always="voicemail:lee"),
            },
            "groups": {
                "team": GroupPlan(group="team", number="700", strategy=Strategy.ORDER, members=TEAM, ring_s=10),
                "ring": GroupPlan(group="ring", number="701", strategy=Strategy.ROUND_ROBIN, members=TEAM, ring_s=10),
            },
            "mailboxes": {"lee": MailboxPlan(mailbox="lee")},
        }
    )


@pytest.fixture
def other(stage: Stage) -> RtpParty:
    """Whom the agent consults."""
    voice = stage.party()
    voice.say(OTHER_HZ)
    return voice


def begin(stage: Stage, contact: ContactId, target: str) -> None:
    stage.switchboard.command(p.ConsultParty(contact=contact, target=target, by=KIM))


def hung_up_for_the_customer(stage: Stage, caller: Dialog, contact: ContactId) -> ContactId:
    following = stage.switchboard.wait_event(contact, ContactTransferred).next
    caller.bye()
    stage.switchboard.wait_released(following)
    return following


def test_consult_when_the_extension_is_busy_and_forwards_then_the_next_one_is_consulted(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    begin(stage, contact, "103")
    stage.peer.wait_call("103").reply(486)
    forwarded = stage.peer.wait_call("102", media_port=other.port)
    assert forwarded.invite is not None
    assert "user-busy" in forwarded.invite.headers["diversion"]
    forwarded.reply(180)
    agent.hears_tone(RINGBACK_HZ)
    customer.hears_tone(MUSIC_HZ)
    forwarded.answer()
    agent.hears_tone(OTHER_HZ)
    other.hears_tone(AGENT_HZ)
    board = stage.switchboard
    assert board.find(contact, ConsultStarted) == [ConsultStarted(leg="agent-2", target="103", by=KIM)]
    assert board.find(contact, ConsultWentOn) == [ConsultWentOn(leg="agent-2", to="agent-3", sip_status=486)]
    board.command(p.CompleteTransfer(contact=contact, by=KIM))
    customer.hears_tone(OTHER_HZ)
    other.hears_tone(CUSTOMER_HZ)
    ended = board.wait_event(contact, ConsultEnded)
    assert (ended.leg, ended.outcome) == ("agent-3", ConsultOutcome.COMPLETED)
    assert len(board.find(contact, CustomerHeld)) == 1
    hung_up_for_the_customer(stage, caller, contact)


@pytest.mark.parametrize("target", ["group:team", "701"])
def test_consult_when_of_a_group_then_its_next_member_rings_and_where_nobody_answers_all_is_as_before(
    stage: Stage, customer: RtpParty, agent: RtpParty, target: str
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    begin(stage, contact, target)
    stage.peer.wait_call("102").reply(480)
    stage.peer.wait_call("103").reply(603)
    board = stage.switchboard
    ended = board.wait_event(contact, ConsultEnded)
    assert (ended.leg, ended.outcome) == ("agent-3", ConsultOutcome.FAILED)
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    assert (len(board.find(contact, CustomerHeld)), len(board.find(contact, CustomerResumed))) == (1, 1)
    assert len(board.find(contact, ConsultStarted)) == 1
    begin(stage, contact, "102")  # and another may follow
    stage.peer.wait_call("102")
    caller.bye()
    board.wait_released(contact)


def test_consult_when_the_agent_leaves_while_a_group_rings_then_it_goes_on_ringing_for_the_customer(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    begin(stage, contact, "group:team")
    first = stage.peer.wait_call("102")
    first.reply(180)
    phone.bye()
    customer.hears_tone(RINGBACK_HZ)
    first.reply(486)
    stage.peer.wait_call("103", media_port=other.port).answer()
    customer.hears_tone(OTHER_HZ)
    other.hears_tone(CUSTOMER_HZ)
    board = stage.switchboard
    assert board.wait_event(contact, ConsultEnded).outcome is ConsultOutcome.BLIND
    handed = board.wait_event(contact, ContactTransferred)
    assert (handed.target, handed.kind) == ("group:team", "blind")
    assert board.wait_event(handed.next, AgentConnected).agent == LEE
    hung_up_for_the_customer(stage, caller, contact)


def test_consult_when_it_is_dropped_while_a_group_rings_then_nobody_else_rings(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    begin(stage, contact, "group:team")
    first = stage.peer.wait_call("102")
    first.reply(180)
    stage.switchboard.wait_event(contact, ConsultStarted)
    stage.switchboard.command(p.DropConsulted(contact=contact, by=KIM))
    first.wait_request("CANCEL")
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    assert stage.switchboard.wait_event(contact, ConsultEnded).outcome is ConsultOutcome.DROPPED
    caller.bye()
    stage.switchboard.wait_released(contact)
    assert stage.switchboard.find(contact, ConsultWentOn) == []


def test_consult_when_the_extension_forwards_to_a_queue_then_that_is_called_in_the_agents_name(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    begin(stage, contact, "104")
    aside = stage.peer.wait_call(f"queue-{SALES}", media_port=other.port)
    assert aside.invite is not None
    assert aside.invite.headers["x-linekeeper-as"] == "101"
    aside.answer()
    agent.hears_tone(OTHER_HZ)
    assert stage.switchboard.wait_event(contact, ConsultStarted).target == "104"
    caller.bye()
    aside.wait_request("BYE")
    stage.switchboard.wait_released(contact)


def test_consult_when_the_extension_forwards_to_a_mailbox_then_nothing_changes(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    begin(stage, contact, "105")
    begin(stage, contact, "102")  # is heard after it
    stage.peer.wait_call("102").reply(486)
    stage.switchboard.wait_event(contact, ConsultEnded)
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    assert [body.target for body in stage.switchboard.find(contact, ConsultStarted)] == ["102"]
    caller.bye()
    stage.switchboard.wait_released(contact)
