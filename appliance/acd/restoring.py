"""Puts an agent back where the store last saw it. What has been reported since the restart counts more."""

from __future__ import annotations

import contextlib

import msgspec

from appliance.acd import ringing, roster
from appliance.acd.agent_states import Signal
from appliance.acd.agents import RESTING, Agent
from appliance.acd.commands import AgentStateChanged
from appliance.acd.events import AgentStateRestored
from appliance.acd.floor import Floor
from appliance.acd.model import Activity, QueuePlan
from appliance.acd.ringing import LEASE_GRACE_S
from appliance.ids import ContactId, QueueId

_TROUBLES = {Activity.MISSED: Signal.MISSED, Activity.ERROR: Signal.FAILED}


def state_restored(floor: Floor, event: AgentStateRestored, now: float) -> None:
    """Statuses always, the activity only of an agent who isn't busy already. Times after `now` become `now`."""
    agent = floor.agents.get(event.agent)
    if agent is None:
        return
    agent.status = event.status
    agent.next_status = event.next_status
    if not isinstance(event.extension, msgspec.UnsetType):
        agent.seat = event.extension
    agent.told = _stored(event)
    if agent.activity is Activity.IDLE:
        agent.idle_since = min(event.idle_since, now)
        agent.since = min(event.since, now)
        _resume(floor, agent, event, now)
        agent.inbound_since = min(event.idle_since if event.inbound_since is None else event.inbound_since, now)
    if agent.activity in RESTING:
        agent.settle(now)
    roster.touch(floor, agent)


def _resume(floor: Floor, agent: Agent, event: AgentStateRestored, now: float) -> None:
    since = agent.since
    activity = Activity.IDLE
    with contextlib.suppress(ValueError):  # a later version may have stored one that this one doesn't know
        activity = Activity(event.activity)
    if activity in _TROUBLES:
        agent.trouble = _TROUBLES[activity]
        agent.move(agent.trouble, since)
    elif event.contact is not None and activity is Activity.ON_CONTACT:
        agent.connect(event.contact, event.queue, since)
    elif event.contact is not None and activity is Activity.AFTER_CONTACT_WORK:
        agent.wrap_ups[event.contact] = event.queue
        agent.move(Signal.WRAPPING_UP, since)
        if isinstance(event.wrap_up_until, msgspec.UnsetType):
            roster.limit_wrap_up(floor, agent, event.contact, since)
        elif event.wrap_up_until is not None:
            roster.end_wrap_up_at(floor, agent, event.contact, event.wrap_up_until)
    elif event.contact is not None and activity is Activity.RINGING:
        _resume_ringing(floor, agent, event.contact, now)


def _resume_ringing(floor: Floor, agent: Agent, contact: ContactId, now: float) -> None:
    """Take up the offer with a new lease, so that its contact process can report what came of it."""
    since = agent.since
    place = floor.places.get(contact)
    if place is None and contact not in floor.claims:
        ringing.claim(floor, agent, contact, now, now + QueuePlan(queue=QueueId("")).ring_timeout_s + LEASE_GRACE_S)
    elif place is not None and place.offer is None:
        ringing.resume_offer(floor, place, agent, now)
    agent.since = since


def _stored(event: AgentStateRestored) -> AgentStateChanged:
    return AgentStateChanged(
        agent=event.agent,
        status=event.status,
        activity=event.activity,
        since=event.since,
        idle_since=event.idle_since,
        contact=event.contact,
        next_status=event.next_status,
        queue=event.queue,
        inbound_since=event.inbound_since,
        extension=None if isinstance(event.extension, msgspec.UnsetType) else event.extension,
        wrap_up_until=None if isinstance(event.wrap_up_until, msgspec.UnsetType) else event.wrap_up_until,
    )
