"""Every command to a talk is answered: done, or why not, and then nothing has changed. Real pjsua2 processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from contact.rtp_parties import RtpParty
from contact.stage import OTHER_HZ, Stage

from appliance.contact import protocol as p
from appliance.contact.talk.talk_commands import BUSY, NOBODY_CONSULTED, NOBODY_TALKS, STILL_RINGS, TALK_COMMANDS
from appliance.events import ConferenceStarted, CustomerHeld, CustomerResumed, DigitsSent, PartiesToggled
from appliance.ids import ContactId, LegId

pytestmark = pytest.mark.scenario
MORE: dict[type[p.Command], dict[str, Any]] = {
    p.MuteLeg: {"leg": LegId("agent-7")},
    p.UnmuteLeg: {"leg": LegId("agent-7")},
    p.TransferContact: {"target": "103"},
    p.ConsultParty: {"target": "103"},
    p.SendDigits: {"digits": "1"},
}


def order(stage: Stage, kind: type[p.Command], contact: ContactId, **more: Any) -> str:
    return stage.switchboard.order(kind(contact=contact, **more))


def of_the_talk(stage: Stage, contact: ContactId) -> list[str]:
    """Kinds of events, but for those of the queue's flow, which goes on by itself."""
    return [kind for kind in stage.switchboard.kinds(contact) if not kind.startswith("Flow")]


def test_commands_when_nobody_talks_are_each_told_why_not_and_change_nothing(stage: Stage, customer: RtpParty) -> None:
    caller, contact = stage.into_queue(customer)
    before = of_the_talk(stage, contact)
    for kind in TALK_COMMANDS:
        if kind is not p.HangUpContact:
            assert order(stage, kind, contact, **MORE.get(kind, {})), kind
    parked = order(stage, p.ParkContact, contact, orbit="701", time_s=30.0)
    assert (parked, order(stage, p.HoldCustomer, contact)) == (NOBODY_TALKS, NOBODY_TALKS)
    assert order(stage, p.ToggleParties, contact) == NOBODY_CONSULTED
    assert of_the_talk(stage, contact) == before
    assert order(stage, p.HangUpContact, contact) == ""
    caller.wait_request("BYE")


def test_hold_and_recording_when_so_already_are_refused_and_the_events_come_before_the_answer(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    board = stage.switchboard
    assert order(stage, p.ResumeCustomer, contact) == "the customer is not on hold"
    assert order(stage, p.HoldCustomer, contact) == ""
    assert len(board.find(contact, CustomerHeld)) == 1
    assert "on hold already" in order(stage, p.HoldCustomer, contact)
    assert order(stage, p.ResumeCustomer, contact) == ""
    assert (len(board.find(contact, CustomerHeld)), len(board.find(contact, CustomerResumed))) == (1, 1)
    assert order(stage, p.ResumeRecording, contact) == "the recording is not paused"
    assert order(stage, p.PauseRecording, contact) == ""
    assert order(stage, p.PauseRecording, contact) == "the recording is paused already"
    assert order(stage, p.ResumeRecording, contact) == ""
    assert order(stage, p.UnmuteLeg, contact, leg=LegId("customer")) == "leg customer is not muted"
    assert order(stage, p.MuteLeg, contact, leg=LegId("customer")) == ""
    assert "agent-7 has ended" in order(stage, p.MuteLeg, contact, leg=LegId("agent-7"))
    assert order(stage, p.SendDigits, contact, digits="4711#") == ""
    assert board.find(contact, DigitsSent)[-1].count == 5
    caller.bye()


def test_consult_commands_when_they_fit_or_not_are_answered_so(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    board, other = stage.switchboard, stage.party()
    other.say(OTHER_HZ)
    assert "nobody can be reached at 999 from here" in order(stage, p.ConsultParty, contact, target="999")
    assert "nobody can be reached at 999 from here" in order(stage, p.TransferContact, contact, target="999")
    assert order(stage, p.DropConsulted, contact) == NOBODY_CONSULTED
    assert order(stage, p.ConsultParty, contact, target="103") == ""
    target = stage.peer.wait_call("103", media_port=other.port)
    for kind in (p.ToggleParties, p.ConferParties, p.ResumeCustomer):
        assert order(stage, kind, contact) == STILL_RINGS
    for kind in (p.ConsultParty, p.TransferContact):
        assert order(stage, kind, contact, target="102") == BUSY
    assert "while the agent consults" in order(stage, p.HoldCustomer, contact)
    target.answer()
    agent.hears_tone(OTHER_HZ)
    assert order(stage, p.ToggleParties, contact) == ""
    assert len(board.find(contact, PartiesToggled)) == 1
    assert order(stage, p.ConferParties, contact) == ""
    assert order(stage, p.ConferParties, contact) == "all three hear each other already"
    assert len(board.find(contact, ConferenceStarted)) == 1
    assert order(stage, p.CompleteTransfer, contact) == ""
    customer.hears_tone(OTHER_HZ)
    assert "gone on as another contact" in order(stage, p.HoldCustomer, contact)
    caller.bye()


def test_hold_when_the_agents_phone_holds_says_where_it_ends(stage: Stage, customer: RtpParty, agent: RtpParty) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    phone.reinvite("sendonly")
    stage.switchboard.wait_event(contact, CustomerHeld)
    assert "resumed there" in order(stage, p.ResumeCustomer, contact)
    caller.bye()


def test_command_when_it_breaks_is_answered_and_the_call_goes_on(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(sabotage="from appliance.contact.talk import muting; muting.LegMuted = None")
    customer, agent = stage.party(), stage.party()
    caller, _, contact = stage.put_through(customer, agent)
    assert "failed at it" in order(stage, p.MuteLeg, contact, leg=LegId("customer"))
    assert order(stage, p.HoldCustomer, contact) == ""
    caller.bye()
    stage.be_quiet()
