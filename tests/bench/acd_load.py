"""How long one decision takes: a branch far larger than any, kept full of waiting contacts, every event timed.

Measured in processor time: a decision waits for nothing, and what else runs on the machine is not its fault.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from appliance.acd.commands import AcdCommand, Offer
from appliance.acd.events import (
    AcdEvent,
    AgentConfigured,
    AgentReleased,
    AgentStatusSet,
    ContactArrived,
    ContactLeft,
    OfferAnswered,
    OfferMissed,
    QueueConfigured,
    WrapUpCleared,
)
from appliance.acd.machine import Acd
from appliance.acd.model import AVAILABLE, AgentOrder, AgentPlan, Proficiency, QueuePlan, QueueShare
from appliance.events.criteria import Condition, Expression, RoutingStep
from appliance.ids import AgentId, ContactId, Extension, QueueId

SKILLS = [
    ("language", "de"),
    ("language", "en"),
    ("language", "ko"),
    ("skill", "it"),
    ("skill", "law"),
    ("skill", "tax"),
]


@dataclass(frozen=True, kw_only=True)
class Size:
    """`shares`: queues each agent serves, with priorities 1 to 3 and delays of 0, 30 or 120 s. `asking`: share of the
    contacts that ask for proficiencies, in up to three steps; a tenth as many wish their last agent. Every third queue
    goes round."""

    queues: int = 50
    agents: int = 200
    waiting: int = 1000
    shares: int = 10
    asking: float = 0.5


class Crowd:
    """Keeps `size.waiting` contacts waiting while agents answer, miss, talk, wrap up and take breaks."""

    def __init__(self, size: Size, seed: int = 1) -> None:
        self._size = size
        self._random = random.Random(seed)
        self._acd = Acd()
        self._now = 0.0
        self._count = 0
        self._waiting: dict[ContactId, None] = {}
        self._ringing: dict[AgentId, Offer] = {}
        self._talking: dict[AgentId, ContactId] = {}
        self.offers = 0
        self.times_ns: list[int] = []
        self._open()

    def _open(self) -> None:
        queues = [QueueId(f"queue{number:02}") for number in range(self._size.queues)]
        for number, queue in enumerate(queues):
            order = AgentOrder.LONGEST_IDLE if number % 3 else AgentOrder.ROUND_ROBIN
            self._tell(QueueConfigured(queue=QueuePlan(queue=queue, agent_order=order, last_agent_s=30.0)))
        for number in range(self._size.agents):
            shares = tuple(self._share(queue) for queue in self._random.sample(queues, self._size.shares))
            agent = AgentId(f"agent{number:03}")
            skills = tuple(
                Proficiency(name=name, value=value, level=float(self._random.randint(1, 5)))
                for name, value in self._random.sample(SKILLS, 4)
            )
            plan = AgentPlan(agent=agent, extension=Extension(str(1000 + number)), queues=shares, proficiencies=skills)
            self._tell(AgentConfigured(agent=plan))
            self._tell(AgentStatusSet(agent=agent, status=AVAILABLE))
        self._queues = queues
        while len(self._waiting) < self._size.waiting:
            self._arrive(ago_s=self._random.uniform(0.0, 120.0))

    def _share(self, queue: QueueId) -> QueueShare:
        delay_s = self._random.choice([0.0, 0.0, 30.0, 120.0])
        return QueueShare(queue=queue, priority=self._random.randint(1, 3), delay_s=delay_s)

    def run(self, steps: int) -> None:
        """Each step is one thing that happens, followed by arrivals until enough contacts wait again."""
        self.times_ns.clear()
        self.offers = 0
        deeds: list[tuple[Callable[[], None], int]] = [
            (self._answer, 40),
            (self._miss, 5),
            (self._release, 40),
            (self._abandon, 10),
            (self._break, 5),
        ]
        drawn = self._random.choices([deed for deed, _ in deeds], [weight for _, weight in deeds], k=steps)
        for deed in drawn:
            self._now += 0.05
            deed()
            self._run_timers()
            while len(self._waiting) < self._size.waiting:
                self._arrive()

    def _tell(self, event: AcdEvent) -> None:
        began = time.thread_time_ns()
        commands = self._acd.handle(event, self._now)
        self.times_ns.append(time.thread_time_ns() - began)
        self._note(commands)

    def _run_timers(self) -> None:
        due = self._acd.next_timer()
        if due is None or due > self._now:
            return
        began = time.thread_time_ns()
        commands = self._acd.handle_timer(self._now)
        self.times_ns.append(time.thread_time_ns() - began)
        self._ringing = {agent: offer for agent, offer in self._ringing.items() if self._rings(agent)}
        self._note(commands)

    def _rings(self, agent: AgentId) -> bool:
        snapshot = self._acd.agent_snapshot(agent)
        return snapshot is not None and snapshot.offer is not None

    def _note(self, commands: list[AcdCommand]) -> None:
        for command in commands:
            if isinstance(command, Offer):
                self.offers += 1
                self._ringing[command.agent] = command

    def _arrive(self, *, ago_s: float = 0.0) -> None:
        self._count += 1
        contact = ContactId(f"contact{self._count:08}")
        self._waiting[contact] = None
        queue = self._random.choice(self._queues)
        priority = self._random.choice([5, 5, 5, 1])
        asks, wishes = self._random.random() < self._size.asking, self._random.random() < self._size.asking / 10
        self._tell(
            ContactArrived(
                contact=contact,
                queue=queue,
                enqueued_at=self._now - ago_s,
                priority=priority,
                criteria=tuple(self._step() for _ in range(self._random.randint(1, 3))) if asks else (),
                last_agent=self._agent() if wishes else None,
            )
        )

    def _step(self) -> RoutingStep:
        """One of some hundred demands: two skills, or one of two, at a level."""
        conditions = tuple(
            Expression(condition=Condition(name=name, value=value, low=float(self._random.randint(1, 5))))
            for name, value in self._random.sample(SKILLS, 2)
        )
        both = self._random.random() < 0.5
        expression = Expression(all_of=conditions) if both else Expression(any_of=conditions)
        return RoutingStep(expression=expression, duration_s=self._random.choice([5.0, 30.0, 60.0]))

    def _agent(self) -> AgentId:
        return AgentId(f"agent{self._random.randrange(self._size.agents):03}")

    def _answer(self) -> None:
        if self._ringing:
            offer = self._ringing.pop(self._random.choice(list(self._ringing)))
            del self._waiting[offer.contact]
            self._talking[offer.agent] = offer.contact
            self._tell(OfferAnswered(offer=offer.offer))

    def _miss(self) -> None:
        if self._ringing:
            offer = self._ringing.pop(self._random.choice(list(self._ringing)))
            self._tell(OfferMissed(offer=offer.offer, cause="no_answer"))
            self._tell(AgentStatusSet(agent=offer.agent, status=AVAILABLE))

    def _release(self) -> None:
        if self._talking:
            agent = self._random.choice(list(self._talking))
            self._tell(AgentReleased(agent=agent, contact=self._talking.pop(agent), wrap_up=True))
            self._tell(WrapUpCleared(agent=agent))

    def _abandon(self) -> None:
        contact = self._random.choice(list(self._waiting))
        del self._waiting[contact]
        self._ringing = {agent: offer for agent, offer in self._ringing.items() if offer.contact != contact}
        self._tell(ContactLeft(contact=contact))

    def _break(self) -> None:
        agent = self._agent()
        self._tell(AgentStatusSet(agent=agent, status="Break"))
        self._tell(AgentStatusSet(agent=agent, status=AVAILABLE))


def percentile_us(times_ns: list[int], percent: float) -> float:
    """Microseconds that `percent` of the times stay under."""
    ordered = sorted(times_ns)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] / 1000
