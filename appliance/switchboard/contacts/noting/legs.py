"""What a contact's legs tell: who rings, who has answered, whose agent is engaged. Pure."""

from __future__ import annotations

import msgspec

from appliance import events as said
from appliance.acd import events as acd
from appliance.stamps import Stamp
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.noting.told import Notes, Told


def _leg_started(state: ContactState, body: said.LegStarted, _at: Stamp) -> Told:
    state.legs[body.leg] = body
    return _engaged(state, body)


def _leg_ringing(state: ContactState, body: said.LegRinging, _at: Stamp) -> Told:
    state.ringing.add(body.leg)
    return ()


def _leg_answered(state: ContactState, body: said.LegAnswered, _at: Stamp) -> Told:
    """Of several phones that rang, one is taken: only now is its agent engaged."""
    state.answered.add(body.leg)
    leg = state.legs.get(body.leg)
    if leg is None or body.extension is None:
        return ()
    state.legs[body.leg] = leg = msgspec.structs.replace(leg, extension=body.extension, agent=body.agent)
    return _engaged(state, leg)


def _engaged(state: ContactState, leg: said.LegStarted) -> Told:
    agent = state.agent_of_leg(leg)
    if agent is None or agent in state.engaged or agent in state.offers.values():
        return ()
    state.engaged[agent] = False
    return (acd.AgentEngaged(agent=agent, contact=state.contact, queue=state.outbound_queue),)


def _leg_ended(state: ContactState, body: said.LegEnded, _at: Stamp) -> Told:
    leg = state.legs.pop(body.leg, None)
    agent = None if leg is None else state.agent_of_leg(leg)
    if agent is None or state.engaged.get(agent) is not False:
        return ()
    if any(state.agent_of_leg(other) == agent for other in state.legs.values()):
        return ()
    return (state.leave(agent),)


NOTES: Notes = {
    said.LegStarted: _leg_started,
    said.LegRinging: _leg_ringing,
    said.LegAnswered: _leg_answered,
    said.LegEnded: _leg_ended,
}
