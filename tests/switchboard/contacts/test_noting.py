"""What events mean: the pure part, on any order of anything."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from appliance import events as said
from appliance.acd import events as acd
from appliance.ids import AgentId, ContactId, Extension, FlowId, LegId, OfferId, QueueId, RecordingId, SlotId
from appliance.stamps import Stamp
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.noting import is_urgent, note

CONTACT = ContactId("c")
SALES = QueueId("sales")
KIM, LEE = AgentId("kim"), AgentId("lee")
AT_KIM, AT_LEE = Extension("101"), Extension("102")


def agent_of(extension: Extension) -> AgentId | None:
    return {AT_KIM: KIM, AT_LEE: LEE}.get(extension)


def stamp(second: float, boot: str = "b") -> Stamp:
    return Stamp(boot=boot, mono_s=second, wall_s=1e9 + second, synced=True)


def told(state: ContactState, *bodies: said.AnyBody, at: float = 0.0) -> list[acd.AcdEvent]:
    """What the ACD hears of these events of the contact process, noted one after the other."""
    heard: list[acd.AcdEvent] = []
    for body in bodies:
        event = said.ContactEvent(
            contact=CONTACT, writer=said.Writer.CONTACT, seq=state.seq + 1, at=stamp(at + state.seq), body=body
        )
        heard += note(state, event)
    return heard


def new() -> ContactState:
    return ContactState(contact=CONTACT, agent_of=agent_of)


def leg(name: str, extension: Extension | None = None) -> said.LegStarted:
    role = said.LegRole.CUSTOMER if name == "customer" else said.LegRole.AGENT
    return said.LegStarted(
        leg=LegId(name), role=role, uri="sip:x", sip_call_id=name, outgoing=True, extension=extension
    )


def ended(name: str) -> said.LegEnded:
    return said.LegEnded(leg=LegId(name), role=said.LegRole.AGENT, sip_status=200, remote=False)


ASKED = said.QueueRequested(queue=SALES, priority=3, time_adjustment_s=7)
QUEUED = said.ContactQueued(queue=SALES)
GONE = said.ContactDisconnected(reason=None, pre_disconnect_state="IN_QUEUE")
OFFER = OfferId("c/2")
OFFERED = said.AgentOffered(offer=OFFER, agent=KIM, extension=AT_KIM)
MISSED = said.AgentMissed(offer=OFFER, agent=KIM, cause="busy")
ANSWERED = said.AgentConnected(agent=KIM, extension=AT_KIM, offer=OFFER)
LEFT = said.AgentLeft(agent=KIM)


def test_queue_when_requested_then_arrives_with_its_own_time() -> None:
    state = new()
    assert told(state, ASKED, at=42.0) == [
        acd.ContactArrived(
            contact=CONTACT, queue=SALES, enqueued_at=42.0, priority=3, time_adjustment_s=7, criteria_since=42.0
        )
    ]
    assert told(state, QUEUED) == []
    again = state.arrival(stamp(50.0))
    assert again is not None
    assert (again.forced, again.enqueued_at) == (True, 42.0)


def test_queue_when_asked_in_an_earlier_boot_then_time_is_converted_by_the_wall_clock() -> None:
    state = new()
    told(state, ASKED, at=42.0)
    later = Stamp(boot="other", mono_s=5.0, wall_s=1e9 + 142.0, synced=True)
    arrival = state.arrival(later)
    assert arrival is not None
    assert arrival.enqueued_at == 5.0 - 100.0


def test_offer_when_answered_then_wrap_up_is_due_at_the_end() -> None:
    state = new()
    told(state, ASKED, QUEUED, OFFERED)
    assert state.offers == {OFFER: KIM}
    assert told(state, leg("agent-1", AT_KIM)) == [], "the leg of an offer engages nobody"
    assert told(state, said.ContactDequeued(queue=SALES, reason="connected"), ANSWERED) == [
        acd.OfferAnswered(offer=OFFER),
        acd.AgentEngaged(agent=KIM, contact=CONTACT, queue=SALES),
    ]
    assert told(state, ended("agent-1")) == [], "the agent leaves with AgentLeft, not with a leg"
    assert told(state, LEFT) == [acd.AgentReleased(agent=KIM, contact=CONTACT, wrap_up=True)]
    assert told(state, LEFT) == []


def test_offer_when_missed_then_next_number_is_known() -> None:
    state = new()
    assert told(state, ASKED, QUEUED, OFFERED, MISSED)[-1] == acd.OfferMissed(offer=OFFER, cause="busy")
    arrival = state.arrival(stamp(9))
    assert arrival is not None
    assert arrival.offers_made == 2


def test_leg_when_of_an_agents_extension_then_engages_until_its_last_leg_ends() -> None:
    state = new()
    engaged = acd.AgentEngaged(agent=KIM, contact=CONTACT)
    assert told(state, leg("customer", AT_KIM), leg("second", AT_KIM), leg("x", Extension("199"))) == [engaged]
    assert told(state, ended("customer")) == []
    assert told(state, ended("second")) == [acd.AgentReleased(agent=KIM, contact=CONTACT, wrap_up=False)]


def test_disconnect_when_still_waiting_then_leaves_the_queue_once() -> None:
    state = new()
    told(state, ASKED, QUEUED)
    assert told(state, said.ContactDequeued(queue=SALES, reason="abandoned"), GONE) == [
        acd.ContactLeft(contact=CONTACT)
    ]
    other = new()
    told(other, ASKED)
    assert told(other, GONE) == [acd.ContactLeft(contact=CONTACT)]


def test_release_when_somebody_is_still_held_then_lets_go_of_everybody() -> None:
    state = new()
    told(state, leg("customer", AT_LEE), ASKED, QUEUED, GONE)
    assert state.release() == [acd.AgentReleased(agent=LEE, contact=CONTACT, wrap_up=False)]
    assert state.over


def test_media_failure_when_on_a_queue_contact_then_no_wrap_up_is_due() -> None:
    state = new()
    told(state, ASKED, QUEUED, OFFERED, ANSWERED)
    assert told(state, said.MediaFailed(detail="died")) == [
        acd.AgentReleased(agent=KIM, contact=CONTACT, wrap_up=False)
    ]


def test_over_when_agent_works_after_the_contact_then_waits_for_it() -> None:
    state = new()
    told(state, GONE)
    state.release()
    assert state.over
    told(state, said.AfterContactWorkStarted(agent=KIM))
    assert not state.over
    told(state, said.AfterContactWorkEnded(agent=KIM))
    assert state.over
    told(state, said.ContactClosed())
    assert not state.over


BODIES: list[said.AnyBody] = [
    said.ContactInitiated(method=said.InitiationMethod.INBOUND, customer=said.Endpoint(address="1"), slot=SlotId(0)),
    *(leg(name, extension) for name in ("customer", "agent-1") for extension in (None, AT_KIM, AT_LEE)),
    ended("customer"),
    ended("agent-1"),
    ASKED,
    QUEUED,
    *(said.ContactDequeued(queue=SALES, reason=reason) for reason in ("connected", "abandoned", "failed")),
    OFFERED,
    MISSED,
    ANSWERED,
    said.AgentConnected(agent=LEE, extension=AT_LEE),
    LEFT,
    said.AgentLeft(agent=LEE),
    said.RecordingStarted(recording=RecordingId("r"), customer_path="c", agent_path="a", rate_hz=8000),
    said.RecordingFinished(recording=RecordingId("r"), path="p", sha256="s", duration_s=1.0, bytes=1),
    said.MediaFailed(detail="x"),
    GONE,
    said.AfterContactWorkStarted(agent=KIM),
    said.AfterContactWorkEnded(agent=KIM),
    said.FlowEnded(flow=FlowId("f"), outcome="x"),
    said.ContactClosed(),
]


def test_urgency_when_somebody_may_wait_for_what_follows_then_only_that_is_urgent() -> None:
    waited_for = (ASKED, QUEUED, OFFERED, MISSED, ANSWERED, LEFT, GONE, leg("agent-1", AT_KIM), ended("agent-1"))
    assert [body for body in waited_for if not is_urgent(body)] == []
    taken = said.FlowActionTaken(flow=FlowId("f"), action="a", action_type="Compare", result="Success")
    others = (BODIES[0], leg("customer"), said.SystemConnected(), taken, said.CustomerHeld())
    assert [body for body in others if is_urgent(body)] == []


@given(st.lists(st.sampled_from(BODIES), max_size=30), st.sampled_from(BODIES))
def test_urgency_when_the_queues_hear_of_it_then_it_was_urgent(before: list[said.AnyBody], last: said.AnyBody) -> None:
    state = new()
    told(state, *before)
    if told(state, last):
        assert is_urgent(last)


def snapshot(state: ContactState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in ContactState.__slots__ if name not in ("agent_of", "last_agents")}


@given(st.lists(st.sampled_from(BODIES), max_size=40), st.data())
def test_state_when_events_come_twice_or_after_a_restart_then_is_the_same(
    bodies: list[said.AnyBody], data: st.DataObject
) -> None:
    events = [
        said.ContactEvent(contact=CONTACT, writer=said.Writer.CONTACT, seq=seq, at=stamp(seq), body=body)
        for seq, body in enumerate(bodies, start=1)
    ]
    once, again = new(), new()
    heard_once = [told for event in events for told in note(once, event)]
    heard_again: list[acd.AcdEvent] = []
    position = 0
    while position < len(events):  # sent in pieces, each from some earlier event on
        start = data.draw(st.integers(0, position))
        end = data.draw(st.integers(position + 1, len(events)))
        heard_again += [told for event in events[start:end] for told in note(again, event)]
        position = end
    assert heard_again == heard_once
    assert snapshot(again) == snapshot(once)
    once.release()
    assert (once.engaged, once.place, once.offers, once.legs) == ({}, None, {}, {})


@given(st.lists(st.sampled_from(BODIES), max_size=40))
def test_agents_when_contact_is_released_then_each_engagement_was_ended_once(bodies: list[said.AnyBody]) -> None:
    """Nobody is left engaged, and nobody is released who wasn't engaged."""
    state = new()
    engaged: set[AgentId] = set()
    heard = told(state, *bodies) + state.release()
    for event in heard:
        match event:
            case acd.AgentEngaged(agent=agent):
                engaged.add(agent)
            case acd.OfferAnswered():
                engaged.add(KIM)
            case acd.AgentReleased(agent=agent):
                assert agent in engaged
                engaged.discard(agent)
    assert engaged == set()
