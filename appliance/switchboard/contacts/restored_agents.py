"""What the ACD is told of the agents after a restart. Pure.

The contacts' events are the truth about who is on which contact; the stored agent states add the status, the missed
state and since when. An agent whose contact has gone is idle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from appliance.acd import events as acd
from appliance.acd.model import Activity
from appliance.ids import AgentId, ContactId, QueueId
from appliance.stamps import Stamp
from appliance.store.agent_states import AgentState
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.timescale import mono_of


@dataclass(slots=True, kw_only=True)
class RestoredAgents:
    """`told` for the ACD in order; `worked_up`: after-contact work that nobody does any more and has to be ended."""

    told: list[acd.AcdEvent] = field(default_factory=list)
    worked_up: list[tuple[ContactId, AgentId]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    activity: Activity
    contact: ContactId
    queue: QueueId | None


def restored_agents(contacts: Iterable[ContactState], stored: Iterable[AgentState], now: Stamp) -> RestoredAgents:
    """From the open contacts and the stored states (one an agent)."""
    found = RestoredAgents()
    work = _work(contacts)
    for state in stored:
        mine = work.pop(state.agent, [])
        found.told.append(_restored(state, mine[0] if mine else None, now))
        for extra in mine[1:]:
            _settle(found, state.agent, extra)
    for agent, left in work.items():
        for extra in left:
            _settle(found, agent, extra)
    return found


def _work(contacts: Iterable[ContactState]) -> dict[AgentId, list[_Work]]:
    """What each agent does, the most binding first: on a contact, ringing, after-contact work."""
    ranked: dict[Activity, list[tuple[AgentId, _Work]]] = {
        Activity.ON_CONTACT: [],
        Activity.RINGING: [],
        Activity.AFTER_CONTACT_WORK: [],
    }
    for contact in contacts:
        queue = contact.queue
        for agent, wraps_up in contact.engaged.items():
            here = _Work(activity=Activity.ON_CONTACT, contact=contact.contact, queue=queue if wraps_up else None)
            ranked[Activity.ON_CONTACT].append((agent, here))
        for agent in contact.offers.values():
            here = _Work(activity=Activity.RINGING, contact=contact.contact, queue=queue)
            ranked[Activity.RINGING].append((agent, here))
        for agent in contact.working:
            here = _Work(activity=Activity.AFTER_CONTACT_WORK, contact=contact.contact, queue=queue)
            ranked[Activity.AFTER_CONTACT_WORK].append((agent, here))
    work: dict[AgentId, list[_Work]] = {}
    for pairs in ranked.values():
        for agent, here in pairs:
            work.setdefault(agent, []).append(here)
    return work


def _restored(state: AgentState, work: _Work | None, now: Stamp) -> acd.AgentStateRestored:
    rest = state.activity if state.activity in (Activity.MISSED, Activity.ERROR) else Activity.IDLE
    activity = work.activity if work is not None else rest
    since = mono_of(state.since, now) if activity is state.activity else now.mono_s
    return acd.AgentStateRestored(
        agent=state.agent,
        status=state.status,
        activity=activity.value,
        since=since,
        idle_since=mono_of(state.idle_since, now),
        contact=None if work is None else work.contact,
        next_status=state.next_status,
        queue=_queue(state, work),
        inbound_since=None if state.inbound_since is None else mono_of(state.inbound_since, now),
        extension=state.extension,
        wrap_up_until=_limit(state, activity, now),
    )


def _limit(state: AgentState, activity: Activity, now: Stamp) -> float | msgspec.UnsetType | None:
    """Of the wrap-up that was stored; one that began since has the usual one."""
    until = state.wrap_up_until
    if activity is not Activity.AFTER_CONTACT_WORK or state.activity is not activity:
        return msgspec.UNSET
    return until if until is None or isinstance(until, msgspec.UnsetType) else mono_of(until, now)


def _queue(state: AgentState, work: _Work | None) -> QueueId | None:
    """Where the work came from: as it was stored with the agent, else the contact's latest queue."""
    if work is None:
        return None
    return state.queue if state.contact == work.contact and state.queue is not None else work.queue


def _settle(found: RestoredAgents, agent: AgentId, work: _Work) -> None:
    """Work beside the agent's main one, or of an agent without a stored state."""
    if work.activity is Activity.ON_CONTACT:
        found.told.append(acd.AgentEngaged(agent=agent, contact=work.contact, queue=work.queue))
    elif work.activity is Activity.AFTER_CONTACT_WORK:
        found.worked_up.append((work.contact, agent))
