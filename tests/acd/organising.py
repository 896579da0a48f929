"""The rules by which a branch is organised and reorganised: its queues, its agents, where they sit."""

from __future__ import annotations

from acd.choices import AGENT_PLANS, AGENTS, DELAYS, QUEUE_PLANS, QUEUES, SEATS
from acd.people import Worker
from acd.world import World
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from appliance.acd import events as said
from appliance.acd.model import (
    AVAILABLE,
    OFFLINE,
    AgentPlan,
    Proficiency,
    QueuePlan,
    QueueShare,
)
from appliance.ids import AgentId, Extension, QueueId


class Organising(World):
    """Queues and agents come, change and go, also while contacts wait."""

    @initialize(delays=st.lists(DELAYS, min_size=4, max_size=4), agents=st.integers(1, 4))
    def open_branch(self, delays: list[float], agents: int) -> None:
        help_, sales = QUEUES[0], QUEUES[1]
        for queue in (help_, sales):
            self.configure_queue(QueuePlan(queue=queue, wrap_up_s=5.0))
        for number, (agent, delay_s) in enumerate(zip(AGENTS[:agents], delays, strict=False)):
            shares = (QueueShare(queue=sales, priority=1 + number % 2), QueueShare(queue=help_, delay_s=delay_s))
            skill = Proficiency(name="speaks", value=("en", "ko")[number % 2], level=1.0 + number)
            self.configure_agent(
                AgentPlan(agent=agent, extension=Extension("10"), queues=shares, proficiencies=(skill,))
            )
            self.choose_status(agent, AVAILABLE)

    @rule(change=st.one_of(QUEUE_PLANS, AGENT_PLANS, AGENT_PLANS, st.sampled_from([*QUEUES, *AGENTS])))
    def reorganise(self, change: QueuePlan | AgentPlan | str) -> None:
        match change:
            case QueuePlan():
                self.configure_queue(change)
            case AgentPlan():
                self.configure_agent(change)
            case str() if change in AGENTS:
                self.remove_agent(AgentId(change))
            case _:
                self.remove_queue(QueueId(change))

    def configure_queue(self, plan: QueuePlan) -> None:
        self.plans[plan.queue] = plan
        self.removed.pop(plan.queue, None)
        assert self.tell(said.QueueConfigured(queue=plan)) == []

    def remove_queue(self, queue: QueueId) -> None:
        if queue in self.plans:
            self.removed[queue] = self.plans.pop(queue)
        if not any(caller.queue == queue for caller in self.waiting.values()):
            self.turns.pop(queue, None)
        assert self.tell(said.QueueRemoved(queue=queue)) == []

    def configure_agent(self, plan: AgentPlan) -> None:
        worker = self.workers.get(plan.agent)
        if worker is None:
            worker = self.workers[plan.agent] = Worker(plan, seat=plan.extension, inbound_since=self.now)
        if worker.seat == worker.plan.extension:
            worker.seat = plan.extension
        worker.plan = plan
        self.tell(said.AgentConfigured(agent=plan))

    def remove_agent(self, agent: AgentId) -> None:
        worker = self.workers.get(agent)
        if worker is not None:
            worker.next_status = None
            worker.status = "being removed"
        self.tell(said.AgentRemoved(agent=agent), one_loose=True)
        assert worker is None or (worker.wrapping, worker.ringing) == ([], None)
        self.workers.pop(agent, None)
        for turns in self.turns.values():
            turns.pop(agent, None)

    @rule(agent=st.sampled_from(AGENTS), seat=st.sampled_from([SEATS[0], *SEATS]))
    def sit(self, agent: AgentId, seat: Extension | None) -> None:
        """Log in somewhere, or log out."""
        worker = self.workers.get(agent)
        if worker is not None:
            worker.seat = seat
        self.tell(said.AgentSeated(agent=agent, extension=seat), one_loose=worker is None or worker.ringing is None)

    @rule(agent=st.sampled_from(AGENTS), status=st.sampled_from([AVAILABLE, AVAILABLE, AVAILABLE, OFFLINE, "Lunch"]))
    def choose_status(self, agent: AgentId, status: str) -> None:
        worker = self.workers.get(agent)
        if worker is not None:
            worker.trouble = None if status == AVAILABLE else worker.trouble
            worker.next_status = None if status == worker.status else status
            worker.rest()
        self.tell(said.AgentStatusSet(agent=agent, status=status), one_loose=True)
