"""A contact's place in a queue, its offers to agents, and the agents it has. Pure."""

from __future__ import annotations

from appliance import events as said
from appliance.acd import events as acd
from appliance.stamps import Stamp
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.noting.told import Notes, Told
from appliance.switchboard.contacts.queue_place import Place


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


NOTES: Notes = {
    said.QueueRequested: _queue_requested,
    said.RoutingUpdated: _routing_updated,
    said.ContactQueued: _queued,
    said.ContactDequeued: _dequeued,
    said.AgentOffered: _offered,
    said.AgentConnected: _connected,
    said.AgentMissed: _missed,
    said.AgentLeft: _agent_left,
}
