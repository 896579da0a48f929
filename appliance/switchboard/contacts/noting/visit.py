"""A contact from its beginning to its closing: who it is, where it is parked, what is left to do after it. Pure."""

from __future__ import annotations

from appliance import events as said
from appliance.acd import events as acd
from appliance.stamps import Stamp
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.noting.told import Notes, Told


def _initiated(state: ContactState, body: said.ContactInitiated, _at: Stamp) -> Told:
    state.slot = body.slot
    state.alone = body.slot is None
    state.source = body.source
    state.service = body.service
    state.customer = "" if body.service else body.customer.address
    state.called_in = body.method is said.InitiationMethod.INBOUND
    state.queue = state.outbound_queue = body.queue
    return ()


def _parked(state: ContactState, body: said.ContactParked, _at: Stamp) -> Told:
    state.orbit = body.orbit
    return ()


def _unparked(state: ContactState, _body: said.ContactUnparked, _at: Stamp) -> Told:
    state.orbit = ""
    return ()


def _disconnected(state: ContactState, _body: said.ContactDisconnected, _at: Stamp) -> Told:
    state.disconnected = True
    if state.place is None:
        return ()
    state.place = None
    return (acd.ContactLeft(contact=state.contact),)


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


def _closed(state: ContactState, _body: said.ContactClosed, _at: Stamp) -> Told:
    state.closed = True
    return ()


NOTES: Notes = {
    said.ContactInitiated: _initiated,
    said.ContactDisconnected: _disconnected,
    said.MediaFailed: _media_failed,
    said.AfterContactWorkStarted: _work_started,
    said.AfterContactWorkEnded: _work_ended,
    said.ContactParked: _parked,
    said.ContactUnparked: _unparked,
    said.ContactClosed: _closed,
}
