"""Who works here: agents employed and dismissed, their changes noted, the limits of their wrap-up."""

from __future__ import annotations

from appliance.acd import seating
from appliance.acd.agents import Agent
from appliance.acd.floor import Floor
from appliance.acd.model import AGENT_QUEUE_PLACES, AgentPlan, QueuePlan
from appliance.acd.timers import TimerKind
from appliance.ids import ContactId, QueueId, agent_queue


def employ(floor: Floor, plan: AgentPlan, now: float) -> None:
    """A new agent, or a new plan for a known one whose state stays. The own queue comes and goes with the agent."""
    agent = floor.agents.get(plan.agent)
    old_shares = agent.shares if agent else ()
    if agent is None:
        agent = floor.agents[plan.agent] = Agent(plan, now)
    seating.open_line(floor, QueuePlan(queue=agent_queue(plan.agent), max_contacts=AGENT_QUEUE_PLACES))
    floor.market.delist(agent)
    agent.configure(plan)
    widened = floor.market.listen(agent.shares)
    floor.market.unlisten(old_shares)
    for queue in widened:
        seating.expose_all(floor, queue, now)
    floor.wishes.came_or_went(agent.id)
    touch(floor, agent)


def dismiss(floor: Floor, agent: Agent) -> None:
    """Forget an agent who neither rings nor claims."""
    floor.market.delist(agent)
    floor.market.unlisten(agent.shares)
    for share in agent.shares:
        if (line := floor.lines.get(share.queue)) is not None:
            line.forget(agent.id)
    del floor.agents[agent.id]
    floor.wishes.came_or_went(agent.id)
    seating.close_line(floor, agent_queue(agent.id))
    floor.touched.pop(agent.id, None)


def touch(floor: Floor, agent: Agent) -> None:
    """To be called after every change of an agent: has it told and matched."""
    floor.touched[agent.id] = agent
    if agent.present is not agent.was_present:
        agent.was_present = agent.present
        floor.wishes.came_or_went(agent.id)
    floor.market.relist(agent)


def limit_wrap_up(floor: Floor, agent: Agent, contact: ContactId, started: float) -> None:
    """Set the agent's own time limit, else that of the queue the contact came from, else the default one."""
    queue = agent.wrap_ups[contact]
    line = floor.lines.get(queue) if queue is not None else None
    plan = line.plan if line else QueuePlan(queue=QueueId(""))
    limit_s = plan.wrap_up_s if agent.plan.wrap_up_s is None else agent.plan.wrap_up_s
    if limit_s > 0:
        end_wrap_up_at(floor, agent, contact, started + limit_s)


def end_wrap_up_at(floor: Floor, agent: Agent, contact: ContactId, until: float) -> None:
    """The limit of a wrap-up, instead of any it had."""
    agent.limits[contact] = until
    floor.timers.set((TimerKind.WRAP_UP, agent.id, contact), until)
