"""Offers that the agent's phone shall answer by itself. Real pjsua2 processes."""

from __future__ import annotations

import pytest
from contact.rtp_parties import RtpParty
from contact.stage import AGENT_HZ, CUSTOMER_HZ, Stage
from kit.audio import write_tone

from appliance.events import AgentConnected, AgentMissed

pytestmark = pytest.mark.scenario
ATTENTION_HZ, ATTENTION_S = 1500.0, 1.0


def test_offer_when_auto_accepted_then_the_phone_is_asked_to_answer_and_a_tone_comes_before_the_talk(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    write_tone(stage.folder / "prompts" / "attention.wav", frequency_hz=ATTENTION_HZ, duration_s=ATTENTION_S)
    _, contact = stage.into_queue(customer)
    phone = stage.offer(contact, auto_accept=True)
    asked = phone.wait_request("INVITE").headers
    assert asked["call-info"] == "<http://127.0.0.1/>;answer-after=0"
    assert asked["alert-info"] == "<http://127.0.0.1/>;info=alert-autoanswer"
    phone.media_port = agent.port
    phone.answer()
    agent.hears_tone(ATTENTION_HZ)
    stage.switchboard.wait_event(contact, AgentConnected)
    customer.say(CUSTOMER_HZ)
    agent.say(AGENT_HZ)
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)


def test_offer_when_the_agent_hangs_up_in_the_tone_then_the_customer_waits_on(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    write_tone(stage.folder / "prompts" / "attention.wav", frequency_hz=ATTENTION_HZ, duration_s=ATTENTION_S)
    _, contact = stage.into_queue(customer)
    phone = stage.offer(contact, auto_accept=True)
    phone.media_port = agent.port
    phone.answer()
    agent.hears_tone(ATTENTION_HZ)
    phone.bye()
    missed = stage.switchboard.wait_event(contact, AgentMissed)
    assert missed.cause == "rejected"
    again = stage.offer(contact, number=2)
    asked = again.wait_request("INVITE").headers
    assert "call-info" not in asked
    assert asked["alert-info"] == "<http://127.0.0.1/>;info=queue"
