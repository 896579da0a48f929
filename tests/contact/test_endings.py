"""How calls end: refused, unanswered, given up, hung up; and what is written down of it. Real pjsua2 processes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from contact.rtp_parties import RtpParty
from contact.stage import AGENT_HZ, SHORT, STRAIGHT, Stage
from kit import flows

from appliance.contact.protocol import HangUpContact, OfferContact, RefuseQueue, TransferContact, WithdrawOffer
from appliance.events import (
    AgentConnected,
    AgentLeft,
    AgentMissed,
    ContactDequeued,
    ContactDisconnected,
    ContactInitiated,
    DisconnectReason,
    FlowEnded,
    InitiationMethod,
    LegEnded,
    LegRole,
    QueueRequested,
)
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId

pytestmark = pytest.mark.scenario
REASONS = [
    (486, DisconnectReason.TELECOM_BUSY, 486),
    (600, DisconnectReason.TELECOM_BUSY, 600),
    (404, DisconnectReason.TELECOM_NUMBER_INVALID, 404),
    (480, DisconnectReason.TELECOM_UNANSWERED, 480),
    (408, DisconnectReason.TELECOM_TIMEOUT, 480),
    (503, DisconnectReason.TELECOM_PROBLEM, 503),
    (603, DisconnectReason.TELECOM_PROBLEM, 603),
    (302, DisconnectReason.TELECOM_PROBLEM, 502),
    (401, DisconnectReason.TELECOM_PROBLEM, 502),
]


def ended(stage: Stage, contact: ContactId) -> ContactDisconnected:
    """How the contact ended, when its process has let go of it."""
    stage.switchboard.wait_released(contact)
    (last,) = stage.switchboard.find(contact, ContactDisconnected)
    return last


# ── somebody inside dials ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("status", "reason", "answer"), REASONS)
def test_dialling_when_the_callee_fails_tells_caller_and_record_why(
    stage: Stage, customer: RtpParty, status: int, reason: DisconnectReason, answer: int
) -> None:
    number = len(stage.switchboard.contacts())
    caller, callee = stage.ring_out(customer)
    callee.reply(180)
    caller.wait_status(180)
    callee.reply(status, headers=("Contact: <sip:evil@127.0.0.1:9>",) if status == 302 else ())
    assert caller.wait_for(lambda message: message.status >= 300, "a final answer").status == answer
    contact = stage.switchboard.wait_contact(number)
    assert ended(stage, contact) == ContactDisconnected(reason=reason, pre_disconnect_state="RINGING")
    statuses = {body.role: body.sip_status for body in stage.switchboard.find(contact, LegEnded)}
    assert statuses[LegRole.CUSTOMER] == status


def test_dialling_when_the_caller_gives_up_cancels_the_callee(stage: Stage, customer: RtpParty) -> None:
    number = len(stage.switchboard.contacts())
    caller, callee = stage.ring_out(customer)
    callee.reply(180)
    caller.wait_status(180)
    caller.cancel()
    caller.wait_status(487)
    callee.wait_request("CANCEL")
    last = ended(stage, stage.switchboard.wait_contact(number))
    assert (last.reason, last.pre_disconnect_state) == (DisconnectReason.TELECOM_ORIGINATOR_CANCEL, "RINGING")


def test_dialling_when_the_caller_gives_up_before_the_callee_rings_cancels_as_soon_as_it_may(
    stage: Stage, customer: RtpParty
) -> None:
    number = len(stage.switchboard.contacts())
    caller, callee = stage.ring_out(customer)
    caller.cancel()
    caller.wait_status(487)
    callee.reply(180)  # RFC 3261 §9.1: no CANCEL before a provisional answer
    callee.wait_request("CANCEL")
    ended(stage, stage.switchboard.wait_contact(number))


def test_dialling_when_the_callee_answers_while_the_caller_gives_up_leaves_nobody_connected(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    number = len(stage.switchboard.contacts())
    caller, callee = stage.ring_out(customer)
    callee.media_port = agent.port
    caller.cancel()
    callee.reply(200, media=True)
    callee.wait_request("BYE")
    contact = stage.switchboard.wait_contact(number)
    ended(stage, contact)
    assert stage.switchboard.find(contact, AgentConnected) == []


@pytest.mark.parametrize("first", ["caller", "callee"])
def test_talking_when_one_hangs_up_ends_the_other_and_says_who(
    stage: Stage, customer: RtpParty, agent: RtpParty, first: str
) -> None:
    number = len(stage.switchboard.contacts())
    caller, callee = stage.ring_out(customer)
    callee.media_port = agent.port
    callee.answer()
    caller.wait_status(200)
    calls = {"caller": caller, "callee": callee}
    calls.pop(first).bye()
    (left,) = calls.values()
    left.wait_request("BYE")
    contact = stage.switchboard.wait_contact(number)
    # who is dialled is the customer; the caller inside is the agent
    by_customer = first == "callee"
    reason = DisconnectReason.CUSTOMER_DISCONNECT if by_customer else DisconnectReason.AGENT_DISCONNECT
    assert ended(stage, contact) == ContactDisconnected(reason=reason, pre_disconnect_state="CONNECTED")
    remote = {body.role: body.remote for body in stage.switchboard.find(contact, LegEnded)}
    assert remote == {LegRole.CUSTOMER: by_customer, LegRole.AGENT: not by_customer}
    begun = stage.switchboard.wait_event(contact, ContactInitiated)
    assert (begun.method, begun.source, begun.agent) == (InitiationMethod.OUTBOUND, "extension:101", "kim")


@pytest.mark.parametrize(
    ("dialled", "source", "status"),
    [
        ("999", "extension:101", 404),
        ("911", "extension:101", 404),
        ("nobody", "extension:101", 404),
        ("101", "trunk:acme", 404),
        ("4155550123", "trunk:acme", 404),
        ("4155550123", "whatever", 404),
    ],
)
def test_call_when_nobody_is_meant_is_refused_and_leaves_no_contact(
    stage: Stage, customer: RtpParty, dialled: str, source: str, status: int
) -> None:
    number = len(stage.switchboard.contacts())
    stage.call(dialled, customer, source=source).wait_status(status)
    caller = stage.call(SHORT, customer)  # the process is free again and takes the next
    caller.wait_request("BYE")
    ended(stage, stage.switchboard.wait_contact(number))
    assert len(stage.switchboard.contacts()) == number + 1


def test_dialling_when_nobody_answers_for_as_long_as_a_phone_may_ring_ends_as_unanswered(
    make_stage: Callable[..., Stage],
) -> None:
    stage = make_stage(sabotage="from appliance.contact.begin import calling; calling.RING_S = 0.3")
    caller, callee = stage.ring_out(stage.party())
    callee.reply(180)
    callee.wait_request("CANCEL")
    caller.wait_status(480)
    last = ended(stage, stage.switchboard.wait_contact(0))
    assert (last.reason, last.pre_disconnect_state) == (DisconnectReason.TELECOM_UNANSWERED, "RINGING")


def test_transfer_when_nobody_answers_for_as_long_as_a_phone_may_ring_brings_them_together_again(
    make_stage: Callable[..., Stage],
) -> None:
    stage = make_stage(sabotage="from appliance.contact.talk import transfer; transfer.RING_S = 0.3")
    customer, agent = stage.party(), stage.party()
    caller, _, contact = stage.put_through(customer, agent)
    stage.switchboard.command(TransferContact(contact=contact, target="103"))
    target = stage.peer.wait_call("103")
    target.reply(180)
    target.wait_request("CANCEL")
    customer.hears_tone(AGENT_HZ)
    caller.bye()


# ── a customer in a flow and in a queue ──────────────────────────────────────────────────────────────────────────────


def test_flow_when_it_disconnects_hangs_up(stage: Stage, customer: RtpParty) -> None:
    number = len(stage.switchboard.contacts())
    caller = stage.call(SHORT, customer)
    caller.wait_request("BYE")
    contact = stage.switchboard.wait_contact(number)
    assert ended(stage, contact).reason == DisconnectReason.CONTACT_FLOW_DISCONNECT
    assert len(stage.switchboard.find(contact, FlowEnded)) == 1
    (leg,) = stage.switchboard.find(contact, LegEnded)
    assert (leg.sip_status, leg.remote) == (200, False)


def test_flow_when_the_customer_hangs_up_in_a_prompt_ends(stage: Stage, customer: RtpParty) -> None:
    number = len(stage.switchboard.contacts())
    caller = stage.call(STRAIGHT, customer)
    caller.wait_status(200)
    caller.bye()
    last = ended(stage, stage.switchboard.wait_contact(number))
    assert (last.reason, last.pre_disconnect_state) == (DisconnectReason.CUSTOMER_DISCONNECT, "IN_FLOW")


def test_queue_when_it_is_full_plays_the_flows_error_branch(stage: Stage, customer: RtpParty) -> None:
    number = len(stage.switchboard.contacts())
    caller = stage.call(STRAIGHT, customer)
    caller.wait_status(200)
    contact = stage.switchboard.wait_contact(number)
    stage.switchboard.wait_event(contact, QueueRequested)
    stage.switchboard.command(RefuseQueue(contact=contact, queue=QueueId("sales"), error="QueueAtCapacity"))
    customer.hears_tone(flows.TONES_HZ[flows.FULL])
    caller.wait_request("BYE")
    assert ended(stage, contact).reason == DisconnectReason.CONTACT_FLOW_DISCONNECT


def test_queue_when_the_customer_gives_up_waiting_is_abandoned(stage: Stage, customer: RtpParty) -> None:
    caller, contact = stage.into_queue(customer)
    customer.hears_tone(flows.TONES_HZ[flows.WAITING])
    caller.bye()
    last = ended(stage, contact)
    assert (last.reason, last.pre_disconnect_state) == (DisconnectReason.CUSTOMER_DISCONNECT, "IN_QUEUE")
    assert stage.switchboard.find(contact, ContactDequeued) == [
        ContactDequeued(queue=QueueId("sales"), reason="abandoned")
    ]


# ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "cause"),
    [(486, "busy"), (600, "busy"), (603, "rejected"), (404, "unreachable"), (480, "unreachable"), (503, "unreachable")],
)
def test_offer_when_the_phone_refuses_says_why_and_the_customer_waits_on(
    stage: Stage, customer: RtpParty, status: int, cause: str
) -> None:
    caller, contact = stage.into_queue(customer)
    phone = stage.offer(contact)
    phone.reply(status)
    missed = stage.switchboard.wait_event(contact, AgentMissed)
    assert (missed.cause, missed.sip_status, missed.agent) == (cause, status, "kim")
    customer.hears_tone(flows.TONES_HZ[flows.WAITING])
    again = stage.offer(contact, number=2)
    again.reply(486)
    second = stage.switchboard.wait_event(contact, AgentMissed, fits=lambda body: body.offer.endswith("/2"))
    assert second.cause == "busy"
    caller.bye()


def test_offer_when_nobody_picks_up_in_time_is_cancelled(stage: Stage, customer: RtpParty) -> None:
    caller, contact = stage.into_queue(customer)
    phone = stage.offer(contact, ring_s=0.5)
    phone.reply(180)
    phone.wait_request("CANCEL")
    assert stage.switchboard.wait_event(contact, AgentMissed).cause == "no_answer"
    customer.hears_tone(flows.TONES_HZ[flows.WAITING])
    caller.bye()


def test_offer_when_the_phone_is_dead_ends_in_time_all_the_same(stage: Stage, customer: RtpParty) -> None:
    caller, contact = stage.into_queue(customer)
    phone = stage.offer(contact, ring_s=0.5)  # not even a 100
    missed = stage.switchboard.wait_event(contact, AgentMissed)
    assert missed.cause == "no_answer"
    caller.bye()
    phone.reply(480)
    stage.switchboard.wait_released(contact)


def test_offer_when_it_is_withdrawn_is_cancelled(stage: Stage, customer: RtpParty) -> None:
    caller, contact = stage.into_queue(customer)
    phone = stage.offer(contact)
    phone.reply(180)
    stage.switchboard.command(WithdrawOffer(contact=contact, offer=OfferId("another/1")))  # none of ours: ignored
    stage.switchboard.command(WithdrawOffer(contact=contact, offer=OfferId(f"{contact}/1")))
    phone.wait_request("CANCEL")
    (missed,) = [stage.switchboard.wait_event(contact, AgentMissed)]
    assert (missed.cause, missed.offer) == ("withdrawn", f"{contact}/1")
    caller.bye()


def test_offer_when_it_is_withdrawn_just_as_the_agent_picks_up_connects_nobody(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, contact = stage.into_queue(customer)
    phone = stage.offer(contact)
    phone.media_port = agent.port
    phone.reply(180)
    stage.switchboard.command(WithdrawOffer(contact=contact, offer=OfferId(f"{contact}/1")))
    phone.wait_request("CANCEL")
    phone.reply(200, media=True)  # crossed on the wire; our 487 has gone out as well, which the process must survive
    assert stage.switchboard.wait_event(contact, AgentMissed).cause == "withdrawn"
    customer.hears_tone(flows.TONES_HZ[flows.WAITING])
    assert stage.switchboard.find(contact, AgentConnected) == []
    caller.bye()


def test_offer_when_one_is_open_answers_a_second_at_once(stage: Stage, customer: RtpParty) -> None:
    caller, contact = stage.into_queue(customer)
    stage.offer(contact).reply(180)
    second = OfferContact(
        contact=contact,
        offer=OfferId(f"{contact}/2"),
        agent=AgentId("lee"),
        extension=Extension("103"),
        ring_timeout_s=20,
    )
    stage.switchboard.command(second)
    missed = stage.switchboard.wait_event(contact, AgentMissed)
    assert (missed.offer, missed.cause) == (second.offer, "withdrawn")
    caller.bye()


def test_offer_when_the_customer_hangs_up_while_it_rings_is_abandoned(stage: Stage, customer: RtpParty) -> None:
    caller, contact = stage.into_queue(customer)
    phone = stage.offer(contact)
    phone.reply(180)
    caller.bye()
    phone.wait_request("CANCEL")
    assert ended(stage, contact).pre_disconnect_state == "IN_QUEUE"
    assert stage.switchboard.wait_event(contact, AgentMissed).cause == "abandoned"
    kinds = stage.switchboard.kinds(contact)
    assert kinds.count("AgentMissed") == 1
    assert kinds.index("AgentMissed") < kinds.index("ContactDequeued") < kinds.index("ContactDisconnected")


@pytest.mark.parametrize("first", ["customer", "agent"])
def test_talk_when_one_hangs_up_frees_the_agent_and_says_who(
    stage: Stage, customer: RtpParty, agent: RtpParty, first: str
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    if first == "customer":
        caller.bye()
        phone.wait_request("BYE")
    else:
        phone.bye()
        caller.wait_request("BYE")
    last = ended(stage, contact)
    wanted = DisconnectReason.CUSTOMER_DISCONNECT if first == "customer" else DisconnectReason.AGENT_DISCONNECT
    assert (last.reason, last.pre_disconnect_state) == (wanted, "CONNECTED")
    assert stage.switchboard.find(contact, AgentLeft) == [AgentLeft(agent=AgentId("kim"))]


def test_quality_when_they_have_talked_stands_in_the_end_of_each_leg(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, _, contact = stage.put_through(customer, agent)
    caller.bye()
    ended(stage, contact)
    for body in stage.switchboard.find(contact, LegEnded):
        assert body.quality is not None
        assert body.quality.received > 10
        assert body.quality.sent > 10
        assert body.quality.lost == 0


def test_hang_up_when_commanded_ends_every_leg_with_the_reason_given(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    caller, phone, contact = stage.put_through(customer, agent)
    stage.switchboard.command(HangUpContact(contact=contact, reason=DisconnectReason.THIRD_PARTY_DISCONNECT))
    caller.wait_request("BYE")
    phone.wait_request("BYE")
    assert ended(stage, contact).reason == DisconnectReason.THIRD_PARTY_DISCONNECT


def test_hang_up_when_commanded_while_it_rings_answers_with_the_status_given(stage: Stage, customer: RtpParty) -> None:
    number = len(stage.switchboard.contacts())
    caller, callee = stage.ring_out(customer)
    callee.reply(180)
    contact = stage.switchboard.wait_contact(number)
    stage.switchboard.command(HangUpContact(contact=contact, sip_status=486))
    caller.wait_status(486)
    callee.wait_request("CANCEL")
    ended(stage, contact)


# ── strange callers ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    [b'"J\xf6rg" ', '"김" '.encode(), b'"\xff\xfe" ', b"", b'"say \\"hi\\"" '],
    ids=["latin-1", "utf-8", "no text", "none", "escapes"],
)
def test_call_when_the_callers_name_is_of_any_bytes_is_taken_and_offered(
    stage: Stage, customer: RtpParty, agent: RtpParty, name: bytes
) -> None:
    number = len(stage.switchboard.contacts())
    caller, contact = stage.into_queue(customer, name=name)
    phone = stage.offer(contact)
    phone.media_port = agent.port
    phone.answer()
    stage.switchboard.wait_event(contact, AgentConnected)
    begun = stage.switchboard.wait_event(contact, ContactInitiated)
    assert begun.customer.address == "+12025550199"
    assert begun.customer.display_name or name in (b"", b'"\xff\xfe" ')
    assert number + 1 == len(stage.switchboard.contacts())
    caller.bye()


def test_call_when_a_packet_is_built_to_be_slow_is_taken_at_once(stage: Stage, customer: RtpParty) -> None:
    number = len(stage.switchboard.contacts())
    caller = stage.call(SHORT, customer, headers=("Subject: a" + " " * 1500 + "b",))
    caller.wait_request("BYE")
    ended(stage, stage.switchboard.wait_contact(number))
