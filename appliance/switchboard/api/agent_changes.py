"""What is changed in the store about agents: who they are, which queues they serve, what they can do.

Runs in the store's thread, inside a transaction; see `changes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from msgspec import structs

from appliance.acd import events as acd
from appliance.acd.model import AgentPlan, Proficiency, QueueShare
from appliance.clock import Clock
from appliance.errors import RequestError
from appliance.ids import AgentId, Extension, ProfileId, QueueId
from appliance.store.agents import StoredAgent
from appliance.store.store import Store
from appliance.store.supervision import SupervisionRights
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change
from appliance.switchboard.api.listings import missing, show_agent
from appliance.switchboard.staff.seats import settle_in


def add_agent(store: Store, clock: Clock, given: ask.AgentAdd) -> Change:
    """`queues` make a routing profile of the agent's own; without them and `profile` an agent keeps what it has."""
    agent = AgentId(given.agent)
    before = store.agents.get(agent) or StoredAgent(plan=AgentPlan(agent=agent))
    if given.profile is not None and given.queues is not None:
        raise RequestError("an agent has a routing profile or queues of its own; give one of profile and queues")
    plan = structs.replace(before.plan, **_settings(given))
    profile = before.profile
    if given.profile is not None:
        profile = ProfileId(given.profile)
    elif given.queues is not None:
        plan, profile = structs.replace(plan, queues=shares_of(given.queues)), None
    name = before.display_name if given.name is None else given.name
    change = put_agent(store, StoredAgent(plan=plan, display_name=name, profile=profile))
    if profile != before.profile:
        store.agent_states.reprofiled(agent, clock())
    rights = _rights(store, given)
    return replace(change, result={**change.result, "supervisor": rights.supervisor, "monitorable": rights.monitorable})


def _rights(store: Store, given: ask.AgentAdd) -> SupervisionRights:
    """What the agent may in supervision, changed where that is given."""
    before = store.supervision.of(AgentId(given.agent))
    wanted = SupervisionRights(
        agent=before.agent,
        supervisor=before.supervisor if given.supervisor is None else given.supervisor,
        monitorable=before.monitorable if given.monitorable is None else given.monitorable,
    )
    if wanted != before:
        store.supervision.put(wanted)
    return wanted


def _settings(given: ask.AgentAdd) -> dict[str, object]:
    """The fields of the plan that are given."""
    found: dict[str, object] = {}
    if given.extension is not None:
        found["extension"] = Extension(given.extension) if given.extension else None
    if given.wrap_up_s is not None:
        found["wrap_up_s"] = None if isinstance(given.wrap_up_s, str) else given.wrap_up_s
    if given.auto_accept is not None:
        found["auto_accept"] = given.auto_accept
    return found


def shares_of(queues: Sequence[str | ask.ServedQueue]) -> tuple[QueueShare, ...]:
    """A bare name has priority 1 and no delay; of several for one queue the first counts."""
    found: dict[QueueId, QueueShare] = {}
    for served in queues:
        share = ask.ServedQueue(queue=served) if isinstance(served, str) else served
        queue = QueueId(share.queue)
        found.setdefault(queue, QueueShare(queue=queue, priority=share.priority, delay_s=float(share.delay_s)))
    return tuple(found.values())


def remove_agent(store: Store, clock: Clock, given: ask.AgentNamed) -> Change:
    agent = AgentId(given.agent)
    store.agent_states.left(agent, clock())
    if not store.agents.remove(agent):
        raise missing("agent", agent)
    return Change(result={"agent": agent}, told=(acd.AgentRemoved(agent=agent),), published=True)


def set_proficiency(store: Store, given: ask.AgentProficiency) -> Change:
    """Sets one level, or takes the proficiency away where `level` is None."""
    stored = store.agents.get(AgentId(given.agent))
    if stored is None:
        raise missing("agent", given.agent)
    held = {(one.name, one.value): one for one in stored.plan.proficiencies}
    key = (given.name, given.value)
    if given.level is not None:
        held[key] = Proficiency(name=given.name, value=given.value, level=given.level)
    elif held.pop(key, None) is None:
        raise RequestError(
            f"agent {given.agent} has no proficiency {given.name} = {given.value}; see 'linekeeper agent list'",
            kind="not_found",
        )
    plan = structs.replace(stored.plan, proficiencies=tuple(held.values()))
    return put_agent(store, structs.replace(stored, plan=plan))


def put_agent(store: Store, agent: StoredAgent) -> Change:
    """What is shown and told is what the store made of it: the queues of a named profile are the profile's."""
    before = store.agents.get(agent.plan.agent)
    store.agents.put(agent)
    settle_in(store, agent.plan.agent, before)
    stored = store.agents.get(agent.plan.agent) or agent
    return Change(result=show_agent(stored), told=(acd.AgentConfigured(agent=stored.plan),), published=True)
