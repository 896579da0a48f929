"""An agent's device goes in the talk: nobody has hung up, so the customer waits again, first in the queue."""

from __future__ import annotations

import pytest
from contact.rtp_parties import RtpParty
from contact.stage import Stage
from kit import flows

from appliance.contact.protocol import AcceptIntoQueue
from appliance.events import AgentLeft, ContactDisconnected, ContactInitiated, ContactTransferred, QueueRequested
from appliance.events import InitiationMethod as Method
from appliance.ids import QueueId

pytestmark = pytest.mark.scenario
LOST = 'Reason: Q.850;cause=27;text="Device lost"'


def test_talk_when_the_agents_device_is_lost_then_the_customer_waits_first_in_the_queue(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    phone.left = True
    phone.request("BYE", headers=(LOST,))
    moved = stage.switchboard.wait_event(contact, ContactTransferred)
    assert (moved.kind, moved.target, moved.by) == ("device_lost", "sales", None)
    assert stage.switchboard.wait_event(moved.next, ContactInitiated).method == Method.QUEUE_TRANSFER
    wish = stage.switchboard.wait_event(moved.next, QueueRequested)
    assert (wish.queue, wish.priority) == ("sales", 1)
    stage.switchboard.command(AcceptIntoQueue(contact=moved.next, queue=QueueId("sales"), position=1))
    customer.hears_tone(flows.TONES_HZ[flows.WAITING])
    assert len(stage.switchboard.find(contact, AgentLeft)) == 1
    again = stage.offer(moved.next)
    again.reply(486)
    caller.bye()
    stage.switchboard.wait_released(moved.next)


@pytest.mark.parametrize("reason", ['Q.850;cause=16;text="Terminated"', 'SIP;cause=200;text="x"', "Q.850;cause=270"])
def test_talk_when_the_agent_hangs_up_for_another_reason_then_it_is_over(
    stage: Stage, customer: RtpParty, agent: RtpParty, reason: str
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    phone.left = True
    phone.request("BYE", headers=(f"Reason: {reason}",))
    caller.wait_request("BYE")
    assert stage.switchboard.wait_event(contact, ContactDisconnected).reason == "AGENT_DISCONNECT"
    stage.switchboard.wait_released(contact)
