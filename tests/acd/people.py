"""Who is in the world of the ACD: callers who wait, and agents at work. What is true of them, whatever the ACD says."""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.acd import commands as does
from appliance.acd.model import (
    AVAILABLE,
    OFFLINE,
    Activity,
    AgentPlan,
    QueueShare,
)
from appliance.events.criteria import Condition, Expression, RoutingStep
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId, agent_queue


@dataclass
class Caller:
    """What contact process and store know of a contact that waits."""

    queue: QueueId
    enqueued_at: float
    priority: int
    adjustment: int
    criteria: tuple[RoutingStep, ...] = ()
    criteria_since: float = 0.0
    last_agent: AgentId | None = None
    offers_made: int = 0
    ringing: tuple[OfferId, AgentId] | None = None
    told: int = 0
    answered: bool = False
    pause: tuple[OfferId, float] | None = None
    wish_s: float = 0.0
    due: float | None = None

    def asks(self, wished: Worker | None, now: float) -> Expression | None:
        """What agents must be able to do now; `wished`: the last agent, if there is one."""
        wish_until = self.enqueued_at + (self.wish_s if self.last_agent is not None else 0.0)
        if now < wish_until and wished is not None and wished.is_there and wished.serves(self.queue):
            return Expression(condition=Condition(agents=(wished.plan.agent,)))
        until = max(self.criteria_since, wish_until)
        for step in self.criteria:
            until += float("inf") if step.duration_s is None else step.duration_s
            if now < until:
                return step.expression
        return None


@dataclass
class Worker:
    """What is true of an agent; `stored` is the last state that was to be stored."""

    plan: AgentPlan
    seat: Extension | None = None
    inbound_since: float = 0.0
    from_queue: set[ContactId] = field(default_factory=set)
    status: str = OFFLINE
    next_status: str | None = None
    talking: list[ContactId] = field(default_factory=list)
    wrapping: list[ContactId] = field(default_factory=list)
    ringing: ContactId | None = None
    trouble: Activity | None = None
    stored: does.AgentStateChanged | None = None

    @property
    def activity(self) -> Activity:
        if self.talking:
            return Activity.ON_CONTACT
        if self.wrapping:
            return Activity.AFTER_CONTACT_WORK
        if self.ringing:
            return Activity.RINGING
        return self.trouble or Activity.IDLE

    @property
    def available(self) -> bool:
        return self.activity is Activity.IDLE and self.status == AVAILABLE and self.seat is not None

    @property
    def is_there(self) -> bool:
        return self.status != OFFLINE and self.seat is not None

    @property
    def shares(self) -> tuple[QueueShare, ...]:
        """The own queue first of all."""
        return (QueueShare(queue=agent_queue(self.plan.agent), priority=0), *self.plan.queues)

    def serves(self, queue: QueueId) -> bool:
        return any(share.queue == queue for share in self.shares)

    def meets(self, asked: Expression | None) -> bool:
        if asked is None:
            return True
        if asked.condition is None:
            return all(map(self.meets, asked.all_of)) and (not asked.any_of or any(map(self.meets, asked.any_of)))
        wanted = asked.condition
        levels = [h.level for h in self.plan.proficiencies if (h.name, h.value) == (wanted.name, wanted.value)]
        able = self.plan.agent in wanted.agents or any(wanted.low <= level <= wanted.high for level in levels)
        return able != wanted.negated

    def rest(self) -> None:
        """If nothing is left to do, the next status takes effect."""
        if self.activity in (Activity.IDLE, Activity.MISSED, Activity.ERROR):
            self.status, self.next_status = self.next_status or self.status, None
