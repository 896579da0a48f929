"""What the switchboard knows of one contact, and what each of its events means to the queues. Pure.

`note` is the only way in: live events and events replayed from the store after a restart go through the same table,
so that both lead to the same state. Must not decide anything: routing is the ACD's, media the contact process's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from appliance import events as said
from appliance.acd import events as acd
from appliance.contact.protocol import MonitorMode
from appliance.ids import AgentId, ContactId, Extension, LegId, OfferId, QueueId, SlotId
from appliance.stamps import Stamp
from appliance.switchboard.contacts.queue_place import Place
from appliance.switchboard.routing.last_agents import LastAgents
from appliance.switchboard.supervision.listeners import Listener

AgentOf = Callable[[Extension], AgentId | None]
_LEISURELY = frozenset({said.ContactInitiated, said.LegRinging, said.LegAnswered})  # for lists and lamps only


def is_urgent(body: said.AnyBody) -> bool:
    """Whether the queues may have to hear of it: somebody may be waiting for what follows."""
    if isinstance(body, said.LegStarted):
        return body.extension is not None or body.agent is not None
    if isinstance(body, said.LegAnswered):
        return body.extension is not None
    return type(body) in _NOTES and type(body) not in _LEISURELY


@dataclass(slots=True, kw_only=True)
class ContactState:
    """One contact from its first event to its record.

    seq, own_seq: last number noted of the contact process's and of the switchboard's events. boot: the boot it began
    in. alone: it began, and may wait, without a contact process. source: who began it, "extension:101" or "trunk:acme";
    service: what it is where it is no customer's contact; customer: address of the other party; called_in: it began
    with the customer's call. place: in a queue now; queue: the latest one; outbound_queue: for whom somebody inside
    calls out. offers: agents being rung; offers_made: highest number of an offer so far. engaged: agents on the contact
    and whether after-contact work is due when they leave. working: agents in after-contact work. orbit: where it is
    parked. ringing, answered: of the legs. listeners: supervisors, each by the contact of the own phone.
    """

    contact: ContactId
    agent_of: AgentOf
    last_agents: LastAgents = field(default_factory=LastAgents)
    seq: int = 0
    own_seq: int = 0
    slot: SlotId | None = None
    alone: bool = False
    source: str = ""
    service: str = ""
    customer: str = ""
    called_in: bool = False
    place: Place | None = None
    queue: QueueId | None = None
    outbound_queue: QueueId | None = None
    offers: dict[OfferId, AgentId] = field(default_factory=dict)
    offers_made: int = 0
    engaged: dict[AgentId, bool] = field(default_factory=dict)
    working: set[AgentId] = field(default_factory=set)
    legs: dict[LegId, said.LegStarted] = field(default_factory=dict)
    ringing: set[LegId] = field(default_factory=set)
    answered: set[LegId] = field(default_factory=set)
    orbit: str = ""
    listeners: dict[ContactId, Listener] = field(default_factory=dict)
    boot: str = ""
    disconnected: bool = False
    released: bool = False
    closed: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it: its record can be built."""
        return self.disconnected and self.released and not self.working and not self.closed

    def note(self, event: said.ContactEvent) -> list[acd.AcdEvent]:
        """Take `event` in; what the ACD must be told because of it, in order. Numbers already noted tell nothing."""
        if not self._is_next(event):
            return []
        self.boot = self.boot or event.at.boot
        told = _NOTES.get(type(event.body))
        return [] if told is None else list(told(self, event.body, event.at))

    def knows(self, event: said.ContactEvent) -> bool:
        """Whether `event` was noted already."""
        return event.seq <= (self.own_seq if event.writer is said.Writer.SWITCHBOARD else self.seq)

    def release(self) -> list[acd.AcdEvent]:
        """The contact process has no part in it any more: whatever was still held is let go."""
        self.released = True
        told = [self.leave(agent) for agent in tuple(self.engaged)]
        if self.place is not None or self.offers:
            told.append(acd.ContactLeft(contact=self.contact))
        self.place = None
        self.offers.clear()
        self.legs.clear()
        return told

    def arrival(self, now: Stamp) -> acd.ContactArrived | None:
        """How the contact takes its place, original time included; None where it waits for nothing."""
        if self.place is None:
            return None
        not_before = now.mono_s if self.alone else None  # it may have been scheduled
        return self.place.arrival(self.contact, self.offers_made, now, not_before=not_before)

    def offered(self, offer: OfferId, agent: AgentId) -> None:
        """`agent` is being rung."""
        self.offers[offer] = agent
        self.count_offer(offer)

    def count_offer(self, offer: OfferId) -> None:
        """Its number is taken."""
        number = offer.rpartition("/")[2]
        self.offers_made = max(self.offers_made, int(number) if number.isdigit() else 0)

    def leave(self, agent: AgentId) -> acd.AcdEvent:
        """`agent`'s part in the contact is over."""
        wrap_up = self.engaged.pop(agent)
        return acd.AgentReleased(agent=agent, contact=self.contact, wrap_up=wrap_up)

    def _is_next(self, event: said.ContactEvent) -> bool:
        if self.knows(event):
            return False
        if event.writer is said.Writer.SWITCHBOARD:
            self.own_seq = event.seq
        else:
            self.seq = event.seq
        return True


# ── one function an event type ───────────────────────────────────────────────────────────────────────────────────

Told = Iterable[acd.AcdEvent]


def _initiated(state: ContactState, body: said.ContactInitiated, _at: Stamp) -> Told:
    state.slot = body.slot
    state.alone = body.slot is None
    state.source = body.source
    state.service = body.service
    state.customer = "" if body.service else body.customer.address
    state.called_in = body.method is said.InitiationMethod.INBOUND
    state.queue = state.outbound_queue = body.queue
    return ()


def _leg_started(state: ContactState, body: said.LegStarted, _at: Stamp) -> Told:
    state.legs[body.leg] = body
    return _engaged(state, body)


def _leg_answered(state: ContactState, body: said.LegAnswered, _at: Stamp) -> Told:
    """Of several phones that rang, one is taken: only now is its agent engaged."""
    state.answered.add(body.leg)
    leg = state.legs.get(body.leg)
    if leg is None or body.extension is None:
        return ()
    state.legs[body.leg] = leg = msgspec.structs.replace(leg, extension=body.extension, agent=body.agent)
    return _engaged(state, leg)


def _engaged(state: ContactState, leg: said.LegStarted) -> Told:
    agent = _agent_of_leg(state, leg)
    if agent is None or agent in state.engaged or agent in state.offers.values():
        return ()
    state.engaged[agent] = False
    return (acd.AgentEngaged(agent=agent, contact=state.contact, queue=state.outbound_queue),)


def _leg_ringing(state: ContactState, body: said.LegRinging, _at: Stamp) -> Told:
    state.ringing.add(body.leg)
    return ()


def _leg_ended(state: ContactState, body: said.LegEnded, _at: Stamp) -> Told:
    leg = state.legs.pop(body.leg, None)
    agent = None if leg is None else _agent_of_leg(state, leg)
    if agent is None or state.engaged.get(agent) is not False:
        return ()
    if any(_agent_of_leg(state, other) == agent for other in state.legs.values()):
        return ()
    return (state.leave(agent),)


def _agent_of_leg(state: ContactState, leg: said.LegStarted) -> AgentId | None:
    if leg.agent is not None:
        return leg.agent
    return None if leg.extension is None else state.agent_of(leg.extension)


def _queue_requested(state: ContactState, body: said.QueueRequested, at: Stamp) -> Told:
    last_agent = state.last_agents.of(state.customer) if state.called_in else None
    state.place = Place.asked_for(body, at, last_agent)
    state.place.granted = state.alone  # it was promised
    state.queue = body.queue
    arrival = state.arrival(at)
    return () if arrival is None else (arrival,)


def _routing_updated(state: ContactState, body: said.RoutingUpdated, at: Stamp) -> Told:
    """The same place once more, at its original time."""
    if state.place is None:
        return ()
    state.place.update(body, at)
    arrival = state.arrival(at)
    return () if arrival is None else (arrival,)


def _queued(state: ContactState, body: said.ContactQueued, _at: Stamp) -> Told:
    if state.place is not None and state.place.queue == body.queue:
        state.place.granted = True
    return ()


def _dequeued(state: ContactState, body: said.ContactDequeued, _at: Stamp) -> Told:
    state.place = None
    return () if body.reason == "connected" else (acd.ContactLeft(contact=state.contact),)


def _offered(state: ContactState, body: said.AgentOffered, _at: Stamp) -> Told:
    state.offered(body.offer, body.agent)
    return ()


def _connected(state: ContactState, body: said.AgentConnected, _at: Stamp) -> Told:
    engaged_before = body.agent in state.engaged
    picked_up = state.place is not None and body.offer is None
    from_queue = body.offer is not None or picked_up or state.outbound_queue is not None
    state.engaged[body.agent] = from_queue or state.engaged.get(body.agent, False)
    state.last_agents.note(state.customer, body.agent)
    if body.offer is not None:
        state.place = None
        state.offers.pop(body.offer, None)
        # The offer may be one that this ACD never made: rung before a restart, answered meanwhile.
        engaged = acd.AgentEngaged(agent=body.agent, contact=state.contact, queue=state.queue)
        return (acd.OfferAnswered(offer=body.offer), engaged)
    state.place = None
    queue = state.queue if picked_up else state.outbound_queue
    engaged = acd.AgentEngaged(agent=body.agent, contact=state.contact, queue=queue)
    return () if engaged_before and not picked_up else (engaged,)


def _missed(state: ContactState, body: said.AgentMissed, _at: Stamp) -> Told:
    state.offers.pop(body.offer, None)
    return (acd.OfferMissed(offer=body.offer, cause=body.cause),)


def _agent_left(state: ContactState, body: said.AgentLeft, _at: Stamp) -> Told:
    return (state.leave(body.agent),) if body.agent in state.engaged else ()


def _disconnected(state: ContactState, _body: said.ContactDisconnected, _at: Stamp) -> Told:
    state.disconnected = True
    if state.place is None:
        return ()
    state.place = None
    return (acd.ContactLeft(contact=state.contact),)


def _monitoring_started(state: ContactState, body: said.MonitoringStarted, _at: Stamp) -> Told:
    state.listeners[body.monitor] = Listener(
        supervisor=body.supervisor, monitor=body.monitor, host=body.host, mode=MonitorMode(body.mode)
    )
    return ()


def _monitoring_changed(state: ContactState, body: said.MonitoringChanged, _at: Stamp) -> Told:
    if (listener := state.listeners.get(body.monitor)) is not None:
        state.listeners[body.monitor] = listener.changed(MonitorMode(body.mode))
    return ()


def _monitoring_ended(state: ContactState, body: said.MonitoringEnded, _at: Stamp) -> Told:
    """The process may stay, as a bridge for others."""
    if (listener := state.listeners.get(body.monitor)) is not None:
        state.listeners[body.monitor] = listener.gone()
    return ()


def _media_failed(state: ContactState, _body: said.MediaFailed, _at: Stamp) -> Told:
    """Nobody is left to wrap up with: the agents go straight back."""
    for agent in state.engaged:
        state.engaged[agent] = False
    return state.release()


def _work_started(state: ContactState, body: said.AfterContactWorkStarted, _at: Stamp) -> Told:
    state.working.add(body.agent)
    return ()


def _work_ended(state: ContactState, body: said.AfterContactWorkEnded, _at: Stamp) -> Told:
    state.working.discard(body.agent)
    return ()


def _parked(state: ContactState, body: said.ContactParked, _at: Stamp) -> Told:
    state.orbit = body.orbit
    return ()


def _unparked(state: ContactState, _body: said.ContactUnparked, _at: Stamp) -> Told:
    state.orbit = ""
    return ()


def _closed(state: ContactState, _body: said.ContactClosed, _at: Stamp) -> Told:
    state.closed = True
    return ()


_NOTES: dict[type[said.Body], Callable[[ContactState, Any, Stamp], Told]] = {
    said.ContactInitiated: _initiated,
    said.LegStarted: _leg_started,
    said.LegRinging: _leg_ringing,
    said.LegAnswered: _leg_answered,
    said.LegEnded: _leg_ended,
    said.QueueRequested: _queue_requested,
    said.RoutingUpdated: _routing_updated,
    said.ContactQueued: _queued,
    said.ContactDequeued: _dequeued,
    said.AgentOffered: _offered,
    said.AgentConnected: _connected,
    said.AgentMissed: _missed,
    said.AgentLeft: _agent_left,
    said.ContactDisconnected: _disconnected,
    said.MonitoringStarted: _monitoring_started,
    said.MonitoringChanged: _monitoring_changed,
    said.MonitoringEnded: _monitoring_ended,
    said.MediaFailed: _media_failed,
    said.AfterContactWorkStarted: _work_started,
    said.AfterContactWorkEnded: _work_ended,
    said.ContactParked: _parked,
    said.ContactUnparked: _unparked,
    said.ContactClosed: _closed,
}
