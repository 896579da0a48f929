"""Blind transfer by command and by REFER, and what happens when nobody takes it. Real pjsua2 processes."""

from __future__ import annotations

import pytest
from contact.rtp_parties import RtpParty
from contact.stage import AGENT_HZ, CUSTOMER_HZ, MUSIC_HZ, OTHER_HZ, RINGBACK_HZ, Stage

from appliance.contact.protocol import HangUpContact, HoldCustomer, ResumeCustomer, TransferContact
from appliance.contact.talk.referring import REFER_TAKEN
from appliance.events import (
    AgentConnected,
    AgentLeft,
    ContactDisconnected,
    ContactInitiated,
    ContactQueued,
    ContactTransferred,
    CustomerHeld,
    InitiationMethod,
    LegAnswered,
    LegEnded,
    LegStarted,
    QueueRequested,
    RecordingStarted,
    RecordingStopped,
)
from appliance.ids import AgentId, ContactId, LegId

pytestmark = pytest.mark.scenario
KIM = AgentId("kim")


@pytest.fixture
def other(stage: Stage) -> RtpParty:
    """Who the customer is transferred to."""
    voice = stage.party()
    voice.say(OTHER_HZ)
    return voice


def next_of(stage: Stage, contact: ContactId) -> ContactId:
    return stage.switchboard.wait_event(contact, ContactTransferred).next


def transfer(stage: Stage, contact: ContactId, target: str) -> None:
    stage.switchboard.command(TransferContact(contact=contact, target=target, by=KIM))


def test_transfer_by_command_when_the_target_answers_hands_the_customer_on_as_a_new_contact(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    transfer(stage, contact, "103")
    target = stage.peer.wait_call("103", media_port=other.port)
    target.reply(180)
    customer.hears_tone(RINGBACK_HZ)
    agent.hears_silence()
    target.answer()
    following = next_of(stage, contact)
    customer.hears_tone(OTHER_HZ)
    other.hears_tone(CUSTOMER_HZ)
    phone.wait_request("BYE")
    board = stage.switchboard
    board.wait_released(contact)

    begun = board.wait_event(following, ContactInitiated)
    assert (begun.method, begun.previous, begun.initial) == (InitiationMethod.TRANSFER, contact, contact)
    assert board.wait_event(following, AgentConnected).agent == "lee"
    handed = board.wait_event(contact, ContactTransferred)
    assert (handed.target, handed.kind, handed.by) == ("103", "blind", KIM)
    assert board.find(contact, AgentLeft) == [AgentLeft(agent=KIM)]
    assert board.wait_event(contact, ContactDisconnected).reason is None
    assert [body.leg for body in board.find(contact, LegEnded)] == ["agent-1"]
    assert {body.leg for body in board.find(following, LegStarted)} == {"customer", "agent-2"}

    caller.bye()
    target.wait_request("BYE")
    board.wait_released(following)
    assert {body.leg for body in board.find(following, LegEnded)} == {"customer", "agent-2"}
    seqs = [event.seq for event in board.events if event.contact in (contact, following)]
    assert len(seqs) == len([body for one in (contact, following) for body in board.bodies(one)])


def test_transfer_when_done_gives_each_contact_a_recording_of_its_own(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    transfer(stage, contact, "103")
    stage.peer.wait_call("103", media_port=other.port).answer()
    following = next_of(stage, contact)
    customer.hears_tone(OTHER_HZ)
    caller.bye()
    board = stage.switchboard
    board.wait_released(following)
    first, second = (board.wait_event(each, RecordingStarted) for each in (contact, following))
    assert first.recording != second.recording
    assert f"/{contact}/" in first.customer_path
    assert f"/{following}/" in second.customer_path
    assert board.wait_event(contact, RecordingStopped).reason == "transferred"
    assert board.wait_event(following, RecordingStopped).reason == "contact ended"


def test_transfer_by_refer_when_the_target_answers_hands_the_customer_on_and_tells_the_phone(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    phone.refer("sip:103@linekeeper")
    phone.wait_status(REFER_TAKEN, method="REFER")
    target = stage.peer.wait_call("103", media_port=other.port)
    target.reply(180)
    customer.hears_tone(RINGBACK_HZ)
    target.answer()
    following = next_of(stage, contact)
    customer.hears_tone(OTHER_HZ)
    other.hears_tone(CUSTOMER_HZ)
    phone.wait_for(lambda message: message.method == "NOTIFY" and "200" in message.body, "NOTIFY of the answer")
    phone.wait_request("BYE")
    assert stage.switchboard.wait_event(contact, ContactTransferred).by == KIM
    caller.bye()
    stage.switchboard.wait_released(following)


def test_transfer_by_refer_when_the_phone_hangs_up_at_once_goes_on_ringing(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    phone.refer("sip:103@linekeeper")
    phone.wait_status(REFER_TAKEN, method="REFER")
    target = stage.peer.wait_call("103", media_port=other.port)
    phone.bye()
    customer.hears_tone(RINGBACK_HZ)
    target.answer()
    following = next_of(stage, contact)
    customer.hears_tone(OTHER_HZ)
    caller.bye()
    stage.switchboard.wait_released(following)


def test_transfer_by_refer_when_the_phone_has_gone_and_nobody_answers_ends_the_call(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    phone.refer("sip:103@linekeeper")
    target = stage.peer.wait_call("103")
    phone.bye()
    target.reply(486)
    caller.wait_request("BYE")
    ended = stage.switchboard.wait_event(contact, ContactDisconnected)
    assert "transfer to 103 failed" in ended.detail
    stage.switchboard.wait_released(contact)


@pytest.mark.parametrize("status", [486, 404, 480, 503, 603])
def test_transfer_when_the_target_fails_brings_customer_and_agent_together_again(
    stage: Stage, customer: RtpParty, agent: RtpParty, status: int
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    transfer(stage, contact, "103")
    target = stage.peer.wait_call("103")
    customer.hears_tone(RINGBACK_HZ)
    target.reply(status)
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    board = stage.switchboard
    assert board.find(contact, ContactTransferred) == []
    caller.bye()
    phone.wait_request("BYE")
    board.wait_released(contact)
    assert board.wait_event(contact, ContactDisconnected).pre_disconnect_state == "CONNECTED"
    ended = {body.leg: body.sip_status for body in board.find(contact, LegEnded)}
    assert ended[LegId("agent-2")] == status


def test_transfer_by_refer_when_the_target_fails_tells_the_phone_and_brings_them_together(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, phone, _ = stage.put_through(customer, agent)
    phone.refer("sip:103@linekeeper")
    stage.peer.wait_call("103").reply(486)
    phone.wait_for(lambda message: message.method == "NOTIFY" and "486" in message.body, "NOTIFY of the failure")
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    caller.bye()


@pytest.mark.parametrize("target", ["999", "nobody", "", "911", "queue:nothing", "quick:nobody"])
def test_transfer_when_nobody_is_meant_changes_nothing(
    stage: Stage, customer: RtpParty, agent: RtpParty, target: str
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    transfer(stage, contact, target)
    phone.refer(f"sip:{target.replace(':', '%3A')}@linekeeper")
    phone.wait_status(603, method="REFER")
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    assert stage.switchboard.find(contact, ContactTransferred) == []
    caller.bye()


def test_transfer_by_refer_when_the_number_is_outside_asks_the_edge_for_a_trunk_and_tells_the_phone(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    phone.refer("sip:4155550123@linekeeper")
    phone.wait_status(REFER_TAKEN, method="REFER")
    target = stage.peer.wait_call("+14155550123", media_port=other.port)
    assert target.invite is not None
    assert target.invite.headers["x-linekeeper-trunk"] == "any"
    target.reply(180)
    phone.wait_for(lambda message: message.method == "NOTIFY" and "180" in message.body, "NOTIFY of ringing")
    target.answer()
    following = next_of(stage, contact)
    customer.hears_tone(OTHER_HZ)
    phone.wait_for(lambda message: message.method == "NOTIFY" and "200" in message.body, "NOTIFY of the answer")
    caller.bye()
    stage.switchboard.wait_released(following)


def test_transfer_by_refer_when_the_number_has_a_flow_runs_it_for_the_customer_in_a_new_contact(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    phone.refer("sip:2025550100@linekeeper")
    phone.wait_for(lambda message: message.method == "NOTIFY" and "200" in message.body, "NOTIFY of the answer")
    phone.wait_request("BYE")
    following = next_of(stage, contact)
    board = stage.switchboard
    assert board.wait_event(following, QueueRequested).queue == "sales"
    handed = board.wait_event(contact, ContactTransferred)
    assert (handed.target, handed.kind, handed.by) == ("2025550100", "flow", KIM)
    board.wait_released(contact)
    caller.bye()
    board.wait_released(following)


def test_refer_when_the_customer_sends_it_is_refused(stage: Stage, customer: RtpParty, agent: RtpParty) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    caller.refer("sip:103@linekeeper")
    caller.wait_status(603, method="REFER")
    customer.hears_tone(AGENT_HZ)
    assert stage.switchboard.find(contact, ContactTransferred) == []
    caller.bye()


def test_transfer_when_one_is_under_way_ignores_a_second(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    transfer(stage, contact, "103")
    target = stage.peer.wait_call("103", media_port=other.port)
    transfer(stage, contact, "102")
    phone.refer("sip:102@linekeeper")
    phone.wait_status(603, method="REFER")
    target.answer()
    following = next_of(stage, contact)
    customer.hears_tone(OTHER_HZ)
    assert [call.invite.user for call in stage.peer.calls[-3:] if call.invite is not None] == ["101", "103"]
    caller.bye()
    stage.switchboard.wait_released(following)


def test_transfer_when_the_customer_hangs_up_while_it_rings_ends_everybody(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    transfer(stage, contact, "103")
    target = stage.peer.wait_call("103")
    target.reply(180)
    caller.bye()
    target.wait_request("CANCEL")
    phone.wait_request("BYE")
    stage.switchboard.wait_released(contact)
    assert stage.switchboard.find(contact, ContactTransferred) == []
    assert len(stage.switchboard.find(contact, LegEnded)) == 3


def test_transfer_when_it_is_hung_up_by_command_while_it_rings_ends_everybody(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    transfer(stage, contact, "103")
    target = stage.peer.wait_call("103")
    target.reply(180)
    stage.switchboard.command(HangUpContact(contact=contact))
    for call, method in ((caller, "BYE"), (phone, "BYE"), (target, "CANCEL")):
        call.wait_request(method)
    stage.switchboard.wait_released(contact)


def test_transfer_when_the_customer_was_on_hold_and_it_fails_goes_back_to_hold(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    stage.switchboard.command(HoldCustomer(contact=contact, by=KIM))
    customer.hears_tone(MUSIC_HZ)
    transfer(stage, contact, "103")
    target = stage.peer.wait_call("103")
    customer.hears_tone(RINGBACK_HZ)
    target.reply(486)
    customer.hears_tone(MUSIC_HZ)
    stage.switchboard.command(ResumeCustomer(contact=contact, by=KIM))
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    assert len(stage.switchboard.find(contact, CustomerHeld)) == 1
    caller.bye()


def test_transfer_when_it_goes_into_a_queue_frees_the_agent_and_queues_the_customer(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    transfer(stage, contact, "queue:sales")
    following = next_of(stage, contact)
    phone.wait_request("BYE")
    board = stage.switchboard
    assert board.wait_event(following, QueueRequested).queue == "sales"
    assert board.find(following, ContactQueued) == []
    handed = board.wait_event(contact, ContactTransferred)
    assert (handed.kind, handed.by) == ("queue", KIM)
    board.wait_released(contact)
    caller.bye()
    board.wait_released(following)
    assert board.wait_event(following, LegAnswered).leg == "customer"


def test_transfer_to_the_outside_when_commanded_asks_the_edge_for_a_trunk(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    transfer(stage, contact, "4155550123")
    target = stage.peer.wait_call("+14155550123", media_port=other.port)
    assert target.invite is not None
    assert target.invite.headers["x-linekeeper-trunk"] == "any"
    assert target.invite.headers["x-linekeeper-contact"] == contact
    target.answer()
    following = next_of(stage, contact)
    customer.hears_tone(OTHER_HZ)
    assert stage.switchboard.find(following, AgentConnected) == []  # a third party is no agent
    caller.bye()
    stage.switchboard.wait_released(following)


@pytest.mark.parametrize(
    "target",
    [
        "sip:103@linekeeper?X-Linekeeper-Trunk=any",
        "sip:103@linekeeper?Replaces=call%3Bto-tag%3D1%3Bfrom-tag%3D2&X-Linekeeper-Trunk=any",
        "tel:+14155550123",
        "sip:linekeeper",
    ],
    ids=["header", "attended and header", "tel", "no user"],
)
def test_refer_when_the_uri_says_more_than_a_number_is_refused(
    stage: Stage, customer: RtpParty, agent: RtpParty, target: str
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    count = len(stage.peer.calls)
    phone.refer(target)
    phone.wait_status(603, method="REFER")
    customer.hears_tone(AGENT_HZ)
    assert len(stage.peer.calls) == count
    assert stage.switchboard.find(contact, ContactTransferred) == []
    caller.bye()


def test_transfer_by_refer_when_the_called_extension_asks_for_it_sends_the_caller_on(
    stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty
) -> None:
    """101 calls 102, 102 transfers 101 to 103."""
    number = len(stage.switchboard.contacts())
    caller, called = stage.ring_out(customer)
    called.media_port = agent.port
    called.answer()
    caller.wait_status(200)
    contact = stage.switchboard.wait_contact(number)
    customer.say(CUSTOMER_HZ)
    agent.say(AGENT_HZ)
    customer.hears_tone(AGENT_HZ)
    called.refer("sip:103@linekeeper")
    called.wait_status(REFER_TAKEN, method="REFER")
    target = stage.peer.wait_call("103", media_port=other.port)
    customer.hears_tone(RINGBACK_HZ)
    target.answer()
    customer.hears_tone(OTHER_HZ)
    other.hears_tone(CUSTOMER_HZ)
    called.wait_request("BYE")
    following = next_of(stage, contact)
    begun = stage.switchboard.wait_event(following, ContactInitiated)
    assert (begun.customer.address, begun.previous) == ("101", contact)
    caller.bye()
    target.wait_request("BYE")
    stage.switchboard.wait_released(following)


def test_transfer_by_refer_when_the_called_extension_asks_in_vain_leaves_everything_as_it_was(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    number = len(stage.switchboard.contacts())
    caller, called = stage.ring_out(customer)
    called.media_port = agent.port
    called.answer()
    caller.wait_status(200)
    contact = stage.switchboard.wait_contact(number)
    customer.say(CUSTOMER_HZ)
    agent.say(AGENT_HZ)
    called.refer("sip:999@linekeeper")
    called.wait_status(603, method="REFER")
    called.refer("sip:103@linekeeper")
    stage.peer.wait_call("103").reply(486)
    called.wait_for(lambda message: message.method == "NOTIFY" and "486" in message.body, "NOTIFY of the failure")
    customer.hears_tone(AGENT_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    called.bye()
    caller.wait_request("BYE")
    assert stage.switchboard.wait_event(contact, ContactDisconnected).reason == "CUSTOMER_DISCONNECT"
