"""What is changed in the store about queues and routing profiles.

Runs in the store's thread, inside a transaction; see `changes`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from appliance.acd import events as acd
from appliance.acd.model import QueuePlan
from appliance.ids import AgentId, FlowId, ProfileId, QueueId
from appliance.store.agents import StoredAgent
from appliance.store.flow_parts import Part
from appliance.store.queues import StoredQueue
from appliance.store.routing_profiles import StoredProfile
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.agent_changes import shares_of
from appliance.switchboard.api.changes import Change
from appliance.switchboard.api.listings import missing, show_profile, show_queue

_PLAN = ("max_contacts", "ring_timeout_s", "wrap_up_s", "enabled", "agent_order", "last_agent_s")


def add_queue(store: Store, given: ask.QueueAdd) -> Change:
    queue = QueueId(given.queue)
    before = store.queues.get(queue) or StoredQueue(plan=QueuePlan(queue=queue))
    changed = {name: value for name in _PLAN if (value := getattr(given, name)) is not None}
    stored = StoredQueue(
        plan=msgspec.structs.replace(before.plan, **changed),
        display_name=before.display_name if given.name is None else given.name,
        queue_flow=before.queue_flow if given.flow is None else _installed(store, FlowId(given.flow)),
        hours=before.hours if given.hours is None else _known_hours(store, given.hours),
        caller_id=before.caller_id if given.caller_id is None else given.caller_id,
        caller_name=before.caller_name if given.caller_name is None else given.caller_name,
        outbound_flow=_flow(store, before.outbound_flow, given.outbound_flow),
        disconnect_flow=_flow(store, before.disconnect_flow, given.disconnect_flow),
    )
    store.queues.put(stored)
    return Change(result=show_queue(stored), told=(acd.QueueConfigured(queue=stored.plan),), published=True)


def _flow(store: Store, before: FlowId | None, given: str | None) -> FlowId | None:
    if given is None:
        return before
    return _installed(store, FlowId(given)) if given else None


def remove_queue(store: Store, given: ask.QueueNamed) -> Change:
    """Contacts that wait in it stay until they are served or leave."""
    queue = QueueId(given.queue)
    serving = [agent.plan.agent for agent in store.agents.all() if _concerns(agent, queue)]
    if not store.queues.remove(queue):
        raise missing("queue", queue)
    told = configured(store, serving)
    return Change(result={"queue": queue}, told=(*told, acd.QueueRemoved(queue=queue)), published=True)


def add_profile(store: Store, given: ask.ProfileAdd) -> Change:
    """What is None stays as it was. Every agent who has the profile is told anew."""
    profile = ProfileId(given.profile)
    before = store.routing_profiles.get(profile) or StoredProfile(profile=profile)
    outbound = before.outbound_queue
    if given.outbound_queue is not None:
        outbound = QueueId(given.outbound_queue) if given.outbound_queue else None
    stored = StoredProfile(
        profile=profile,
        display_name=before.display_name if given.name is None else given.name,
        queues=before.queues if given.queues is None else shares_of(given.queues),
        outbound_queue=outbound,
        timer=given.timer or before.timer,
    )
    store.routing_profiles.put(stored)
    agents = store.routing_profiles.agents_of(profile)
    return Change(result=show_profile(stored, agents), told=configured(store, agents))


def remove_profile(store: Store, given: ask.ProfileNamed) -> Change:
    profile = ProfileId(given.profile)
    if not store.routing_profiles.remove(profile):
        raise missing("routing-profile", profile)
    return Change(result={"profile": profile})


def configured(store: Store, agents: Iterable[AgentId]) -> tuple[acd.AgentConfigured, ...]:
    """What the ACD has to hear of these agents."""
    found = (store.agents.get(agent) for agent in agents)
    return tuple(acd.AgentConfigured(agent=agent.plan) for agent in found if agent is not None)


def _concerns(agent: StoredAgent, queue: QueueId) -> bool:
    return agent.plan.outbound_queue == queue or any(share.queue == queue for share in agent.plan.queues)


def _installed(store: Store, flow: FlowId) -> FlowId:
    if store.flows.active(flow) is None:
        raise missing("flow", flow)
    return flow


def _known_hours(store: Store, hours: str) -> str:
    if hours and hours not in store.flow_parts.all(Part.HOURS):
        raise missing("hours", hours)
    return hours
