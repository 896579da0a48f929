"""Codes and keys of the agent's phone in a talk, as real RFC 4733 events through real pjsua2."""

from __future__ import annotations

import pytest
from contact.rtp_parties import RtpParty
from contact.stage import AGENT_HZ, CONFIRMED_HZ, CUSTOMER_HZ, MUSIC_HZ, OTHER_HZ, REFUSED_HZ, Stage

from appliance.events import ContactTransferred, CustomerHeld, CustomerResumed, DigitsSent, LegMuted, LegUnmuted
from appliance.ids import AgentId

pytestmark = pytest.mark.scenario
KIM = AgentId("kim")


@pytest.fixture
def other(stage: Stage) -> RtpParty:
    voice = stage.party()
    voice.say(OTHER_HZ)
    return voice


def test_keys_when_no_code_reach_the_customer_and_nothing_else(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    agent.press("42#*9*97")
    customer.gets_keys("42#*9*97")
    board = stage.switchboard
    board.wait_event(contact, DigitsSent)
    assert sum(body.count for body in board.find(contact, DigitsSent)) == 8
    assert board.find(contact, CustomerHeld) == []
    caller.bye()


def test_hold_code_when_pressed_twice_holds_and_resumes_and_a_tone_tells_only_the_agent(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    agent.press("*01")
    agent.hears_tone(CONFIRMED_HZ)
    customer.hears_tone(MUSIC_HZ)
    agent.press("*01")
    customer.hears_tone(AGENT_HZ)
    board = stage.switchboard
    assert (board.find(contact, CustomerHeld), board.find(contact, CustomerResumed)) == (
        [CustomerHeld(by=KIM)],
        [CustomerResumed(by=KIM)],
    )
    assert board.find(contact, DigitsSent) == []
    assert customer.heard().tone_seconds(CONFIRMED_HZ) == 0
    caller.bye()


def test_consult_codes_when_pressed_lead_through_a_whole_warm_transfer(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    agent.press("*02103#")
    target = stage.peer.wait_call("103", media_port=other.port)
    target.answer()
    agent.hears_tone(OTHER_HZ)
    agent.press("7")  # in a consult, to the consulted
    other.gets_keys("7")
    agent.press("*03")
    customer.hears_tone(AGENT_HZ)
    agent.press("*04")
    agent.hears_tones(CUSTOMER_HZ, OTHER_HZ)
    agent.press("*05")
    phone.wait_request("BYE")
    customer.hears_tone(OTHER_HZ)
    handed = stage.switchboard.wait_event(contact, ContactTransferred)
    assert (handed.kind, handed.target, handed.by) == ("consult", "103", KIM)
    customer.gets_keys("")
    caller.bye()
    stage.switchboard.wait_released(handed.next)


def test_transfer_code_when_pressed_sends_the_customer_on(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    agent.press("*07103#")
    stage.peer.wait_call("103", media_port=other.port).answer()
    customer.hears_tone(OTHER_HZ)
    handed = stage.switchboard.wait_event(contact, ContactTransferred)
    assert (handed.kind, handed.by) == ("blind", KIM)
    caller.bye()


@pytest.mark.parametrize("keys", ["*03", "*05", "*06", "*02999#", "*07#"])
def test_code_when_it_does_not_fit_the_moment_gives_the_other_tone_and_changes_nothing(
    stage: Stage, customer: RtpParty, agent: RtpParty, keys: str
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    agent.press(keys)
    agent.hears_tone(REFUSED_HZ)
    customer.hears_tone(AGENT_HZ)
    assert stage.switchboard.find(contact, DigitsSent) == []
    caller.bye()


def test_mute_code_when_pressed_twice_silences_the_agent_and_lets_it_be_heard_again(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    agent.press("*08")
    customer.hears_silence()
    agent.hears_tone(CUSTOMER_HZ)
    agent.press("*08")
    customer.hears_tone(AGENT_HZ)
    board = stage.switchboard
    assert (len(board.find(contact, LegMuted)), len(board.find(contact, LegUnmuted))) == (1, 1)
    caller.bye()
