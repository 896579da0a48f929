"""What agents do beside answering offers: other contacts, release, wrap-up, statuses; and their configuration."""

from __future__ import annotations

from appliance.acd import roster
from appliance.acd.agents import Agent
from appliance.acd.commands import WrapUpEnded, WrapUpProlonged, WrapUpStarted
from appliance.acd.events import (
    AgentConfigured,
    AgentEngaged,
    AgentReleased,
    AgentRemoved,
    AgentSeated,
    AgentStatusSet,
    WrapUpCleared,
    WrapUpExtended,
)
from appliance.acd.floor import Floor
from appliance.acd.offers import call_back, connect
from appliance.acd.timers import TimerKind
from appliance.ids import AgentId, ContactId, Extension


def agent_configured(floor: Floor, event: AgentConfigured, now: float) -> None:
    """One who sits at the own phone moves with it."""
    plan = event.agent
    known = floor.agents.get(plan.agent)
    if known is not None and known.seat == known.plan.extension:
        _sit(floor, known, plan.extension, now)
    roster.employ(floor, plan, now)


def agent_seated(floor: Floor, event: AgentSeated, now: float) -> None:
    agent = floor.agents.get(event.agent)
    if agent is not None:
        _sit(floor, agent, event.extension, now)


def _sit(floor: Floor, agent: Agent, seat: Extension | None, now: float) -> None:
    """What rings at the old phone is taken back."""
    if seat != agent.seat:
        call_back(floor, agent.ringing, now)
        agent.seat = seat
        roster.touch(floor, agent)


def agent_removed(floor: Floor, event: AgentRemoved, now: float) -> None:
    """Contacts under way go on without the ACD; wrap-up is over, so that records can be closed."""
    agent = floor.agents.get(event.agent)
    if agent is not None:
        call_back(floor, agent.ringing, now)
        for contact in tuple(agent.wrap_ups):
            _drop_wrap_up(floor, agent, contact, now)
        roster.dismiss(floor, agent)


def agent_engaged(floor: Floor, event: AgentEngaged, now: float) -> None:
    """Engaged agents get no offers; one that rings is taken back."""
    agent = floor.agents.get(event.agent)
    if agent is not None and event.contact not in agent.contacts:
        connect(floor, agent, event.contact, event.queue, now)


def agent_released(floor: Floor, event: AgentReleased, now: float) -> None:
    """Wrap-up begins only if the agent was on that contact: then, and only then, WrapUpStarted is given."""
    agent = floor.agents.get(event.agent)
    if agent is None or event.contact not in agent.contacts:
        return
    agent.leave(event.contact, now, wrap_up=event.wrap_up)
    if event.wrap_up:
        floor.out.append(WrapUpStarted(agent=agent.id, contact=event.contact))
        roster.limit_wrap_up(floor, agent, event.contact, now)
    agent.settle(now)
    roster.touch(floor, agent)


def status_set(floor: Floor, event: AgentStatusSet, now: float) -> None:
    agent = floor.agents.get(event.agent)
    if agent is not None:
        agent.choose(event.status, now)
        roster.touch(floor, agent)


def wrap_up_cleared(floor: Floor, event: WrapUpCleared, now: float) -> None:
    """Also what is left of wrap-up behind a contact that was taken during it."""
    agent = floor.agents.get(event.agent)
    if agent is None or not agent.wrap_ups:
        return
    for contact in tuple(agent.wrap_ups):
        _drop_wrap_up(floor, agent, contact, now)
    agent.settle(now)
    roster.touch(floor, agent)


def wrap_up_expired(floor: Floor, agent_id: AgentId, contact: ContactId, now: float) -> None:
    """The time limit of the queue is reached."""
    agent = floor.agents[agent_id]
    _drop_wrap_up(floor, agent, contact, now)
    agent.settle(now)
    roster.touch(floor, agent)


def wrap_up_extended(floor: Floor, event: WrapUpExtended, now: float) -> None:
    """Of several wrap-ups, all: the agent works on them as one."""
    agent = floor.agents.get(event.agent)
    if agent is None or event.seconds <= 0:
        return
    for contact, until in tuple(agent.limits.items()):
        roster.end_wrap_up_at(floor, agent, contact, max(now, until) + event.seconds)
        floor.out.append(WrapUpProlonged(agent=agent.id, contact=contact, seconds=event.seconds))
    roster.touch(floor, agent)


def _drop_wrap_up(floor: Floor, agent: Agent, contact: ContactId, now: float) -> None:
    agent.wrapped_up(contact, now)
    floor.timers.cancel((TimerKind.WRAP_UP, agent.id, contact))
    floor.out.append(WrapUpEnded(agent=agent.id, contact=contact))
