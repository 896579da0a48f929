"""What is heard: early media, keys, mute, hold. Real pjsua2 processes; voices are tones."""

from __future__ import annotations

import pytest
from contact.rtp_parties import RtpParty
from contact.stage import AGENT_HZ, CUSTOMER_HZ, MENU, MUSIC_HZ, OTHER_HZ, Stage
from kit import flows

from appliance.contact.protocol import HangUpContact, HoldCustomer, MuteLeg, ResumeCustomer, UnmuteLeg
from appliance.events import (
    ContactDisconnected,
    CustomerHeld,
    CustomerResumed,
    FlowActionTaken,
    LegAnswered,
    LegHeld,
    LegMuted,
    LegResumed,
    LegRinging,
    LegUnmuted,
    QueueRequested,
)
from appliance.ids import AgentId, LegId

pytestmark = pytest.mark.scenario


def test_early_media_when_the_callee_sends_it_is_heard_by_the_caller_before_the_answer(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    number = len(stage.switchboard.contacts())
    caller, callee = stage.ring_out(customer)
    callee.media_port = agent.port
    agent.say(OTHER_HZ)
    callee.reply(183, media=True)
    progress = caller.wait_status(183)
    assert progress.media_port > 0
    agent.towards(callee.invite.media_port if callee.invite is not None else 0)
    customer.hears_tone(OTHER_HZ)
    assert [message.first for message in caller.received if message.status == 200] == []
    callee.answer()
    caller.wait_status(200)
    agent.say(AGENT_HZ)
    customer.say(CUSTOMER_HZ)
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    contact = stage.switchboard.wait_contact(number)
    ringing = stage.switchboard.wait_event(contact, LegRinging)
    assert ringing.early_media
    caller.bye()
    callee.wait_request("BYE")
    stage.switchboard.wait_released(contact)


@pytest.mark.parametrize("status", [180, 183])
def test_ringing_when_it_has_sound_is_passed_on_as_183(
    stage: Stage, customer: RtpParty, agent: RtpParty, status: int
) -> None:
    caller, callee = stage.ring_out(customer)
    callee.media_port = agent.port
    callee.reply(status, media=True)
    assert caller.wait_status(183).media_port > 0
    caller.cancel()
    callee.wait_request("CANCEL")


@pytest.mark.parametrize("status", [180, 183])
def test_ringing_when_it_has_no_sound_is_passed_on_as_180(
    stage: Stage, customer: RtpParty, agent: RtpParty, status: int
) -> None:
    caller, callee = stage.ring_out(customer)
    callee.media_port = agent.port
    callee.reply(status)
    assert caller.wait_status(180).media_port == 0
    callee.answer()
    caller.wait_status(200)
    callee.bye()
    caller.wait_request("BYE")


def test_key_when_pressed_as_rfc_4733_event_chooses_from_the_menu(stage: Stage, customer: RtpParty) -> None:
    number = len(stage.switchboard.contacts())
    caller = stage.call(MENU, customer)
    caller.wait_status(200)
    customer.hears_tone(flows.TONES_HZ[flows.MENU])
    customer.press("1")
    contact = stage.switchboard.wait_contact(number)
    stage.switchboard.wait_event(contact, QueueRequested)
    caller.bye()


def test_key_when_pressed_by_sip_info_chooses_from_the_menu(stage: Stage, customer: RtpParty) -> None:
    number = len(stage.switchboard.contacts())
    caller = stage.call(MENU, customer)
    caller.wait_status(200)
    customer.hears_tone(flows.TONES_HZ[flows.MENU])
    caller.press_by_info("1")
    contact = stage.switchboard.wait_contact(number)
    stage.switchboard.wait_event(contact, QueueRequested)
    caller.bye()


def test_key_when_held_for_its_whole_length_counts_once(stage: Stage, customer: RtpParty) -> None:
    number = len(stage.switchboard.contacts())
    caller = stage.call(MENU, customer)
    caller.wait_status(200)
    customer.hears_tone(flows.TONES_HZ[flows.MENU])
    contact = stage.switchboard.wait_contact(number)
    for key in "923":  # none of them fits: each asks again, once
        customer.press(key)
    customer.press("1")
    stage.switchboard.wait_event(contact, QueueRequested)
    asked = [body.result for body in stage.switchboard.find(contact, FlowActionTaken) if body.action == "ask"]
    assert asked == ["NoMatchingCondition"] * 3 + ["1"]
    caller.bye()


@pytest.mark.parametrize("name", ["customer", "agent-1"])
def test_mute_when_commanded_is_silent_one_way_only_until_it_is_taken_back(
    stage: Stage, customer: RtpParty, agent: RtpParty, name: str
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    voices = {"customer": (CUSTOMER_HZ, agent), "agent-1": (AGENT_HZ, customer)}
    own_hz, listener = voices.pop(name)
    ((other_hz, muted_party),) = voices.values()
    leg = LegId(name)
    stage.switchboard.command(MuteLeg(contact=contact, leg=leg))
    stage.switchboard.wait_event(contact, LegMuted)
    listener.hears_silence()
    muted_party.hears_tone(other_hz)
    stage.switchboard.command(MuteLeg(contact=contact, leg=leg))  # once more changes nothing
    stage.switchboard.command(UnmuteLeg(contact=contact, leg=leg))
    stage.switchboard.wait_event(contact, LegUnmuted)
    listener.hears_tone(own_hz)
    assert len(stage.switchboard.find(contact, LegMuted)) == 1
    caller.bye()


def test_hold_when_commanded_plays_music_to_the_customer_and_nothing_to_the_agent(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    stage.switchboard.command(HoldCustomer(contact=contact, by=AgentId("kim")))
    assert stage.switchboard.wait_event(contact, CustomerHeld).by == "kim"
    customer.hears_tone(MUSIC_HZ)
    agent.hears_silence()
    stage.switchboard.command(ResumeCustomer(contact=contact, by=AgentId("kim")))
    stage.switchboard.wait_event(contact, CustomerResumed)
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    caller.bye()
    assert stage.switchboard.wait_event(contact, ContactDisconnected).pre_disconnect_state == "CONNECTED"


def test_hold_when_the_customer_hangs_up_meanwhile_is_written_down(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    stage.switchboard.command(HoldCustomer(contact=contact))
    customer.hears_tone(MUSIC_HZ)
    caller.bye()
    phone.wait_request("BYE")
    assert stage.switchboard.wait_event(contact, ContactDisconnected).pre_disconnect_state == "CONNECTED_ONHOLD"


def test_hold_when_the_agents_phone_holds_plays_music_until_it_resumes(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    phone.reinvite("sendonly")
    stage.switchboard.wait_event(contact, LegHeld)
    customer.hears_tone(MUSIC_HZ)
    phone.reinvite("sendrecv")
    stage.switchboard.wait_event(contact, LegResumed)
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    assert stage.switchboard.find(contact, CustomerHeld) == [CustomerHeld(by=AgentId("kim"))]
    assert stage.switchboard.find(contact, CustomerResumed) == [CustomerResumed(by=AgentId("kim"))]
    caller.bye()


def test_commands_when_they_name_nothing_that_is_there_change_nothing(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    count = len(stage.switchboard.kinds(contact))
    stage.switchboard.command(MuteLeg(contact=contact, leg=LegId("agent-9")))
    stage.switchboard.command(UnmuteLeg(contact=contact, leg=LegId("agent-1")))
    stage.switchboard.command(ResumeCustomer(contact=contact))
    agent.hears_tone(CUSTOMER_HZ)
    assert len(stage.switchboard.kinds(contact)) == count
    stage.switchboard.command(HangUpContact(contact=contact))
    caller.wait_request("BYE")


def test_answer_when_made_names_the_codec(stage: Stage, customer: RtpParty) -> None:
    caller, contact = stage.into_queue(customer)
    assert stage.switchboard.wait_event(contact, LegAnswered).codec == "PCMU"
    caller.bye()
