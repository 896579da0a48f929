"""The ACD against a small world of contact processes and agents that does everything in any order.

The world carries out commands as the switchboard would and knows by itself who waits, rings, talks and wraps up;
after every step the ACD must say the same, and every offer must have been the right one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from appliance.acd import commands as does
from appliance.acd import events as said
from appliance.acd.floor import PAUSE_S
from appliance.acd.lanes import is_ripe
from appliance.acd.machine import Acd
from appliance.acd.model import (
    AGENT_QUEUE_PLACES,
    AVAILABLE,
    OFFLINE,
    Activity,
    AgentOrder,
    AgentPlan,
    AvailabilityTimer,
    Proficiency,
    QueuePlan,
    QueueShare,
)
from appliance.events.criteria import Condition, Expression, RoutingStep
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId, agent_of_queue, agent_queue

QUEUES = [QueueId(name) for name in ("help", "sales", "spare")]
AGENTS = [AgentId(name) for name in ("ann", "bob", "cid", "dee")]
OWN = [agent_queue(agent) for agent in AGENTS]
SEATS = [Extension("10"), Extension("11"), None]
BLAMED = {
    "no_answer": Activity.MISSED,
    "busy": Activity.MISSED,
    "rejected": Activity.MISSED,
    "unreachable": Activity.ERROR,
    "failed": Activity.ERROR,
}
DELAYS = st.sampled_from([0.0, 0.0, 0.0, 7.0, 30.0])
SHARES = st.lists(
    st.builds(QueueShare, queue=st.sampled_from(QUEUES), priority=st.integers(1, 2), delay_s=DELAYS),
    max_size=3,
    unique_by=lambda share: share.queue,
)
SKILLS = st.lists(
    st.builds(
        Proficiency, name=st.just("speaks"), value=st.sampled_from(["en", "ko"]), level=st.sampled_from([1.0, 3.0, 5.0])
    ),
    max_size=2,
    unique_by=lambda held: held.value,
)
AGENT_PLANS = st.builds(
    AgentPlan,
    agent=st.sampled_from(AGENTS),
    extension=st.sampled_from([SEATS[0], *SEATS]),
    queues=SHARES.map(tuple),
    proficiencies=SKILLS.map(tuple),
    timer=st.sampled_from(AvailabilityTimer),
    wrap_up_s=st.sampled_from([None, None, 0.0, 9.0]),
)
CONDITIONS = st.one_of(
    st.builds(
        Condition,
        name=st.just("speaks"),
        value=st.sampled_from(["en", "ko"]),
        low=st.sampled_from([1.0, 3.0]),
        high=st.sampled_from([3.0, 5.0]),
        negated=st.booleans(),
    ),
    st.builds(Condition, agents=st.lists(st.sampled_from(AGENTS), min_size=1, max_size=2).map(tuple)),
)
EXPRESSIONS = st.recursive(
    st.builds(Expression, condition=CONDITIONS),
    lambda inner: st.one_of(
        st.builds(Expression, all_of=st.lists(inner, min_size=1, max_size=2).map(tuple)),
        st.builds(Expression, any_of=st.lists(inner, min_size=1, max_size=2).map(tuple)),
    ),
    max_leaves=3,
)
STEPS = st.builds(RoutingStep, expression=EXPRESSIONS, duration_s=st.sampled_from([4.0, 20.0, 50.0, None]))
CRITERIA = st.one_of(st.just(()), st.just(()), st.lists(STEPS, min_size=1, max_size=2).map(tuple))
QUEUE_PLANS = st.builds(
    QueuePlan,
    queue=st.sampled_from(QUEUES),
    max_contacts=st.sampled_from([None, None, 1, 3]),
    wrap_up_s=st.sampled_from([0.0, 5.0, 30.0]),
    enabled=st.sampled_from([True, True, True, False]),
    agent_order=st.sampled_from(AgentOrder),
    last_agent_s=st.sampled_from([0.0, 0.0, 12.0]),
)
ANY = st.randoms(use_true_random=False)


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


class World(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.acd = Acd()
        self.now = 1000.0
        self.count = 0
        self.plans: dict[QueueId, QueuePlan] = {}
        self.removed: dict[QueueId, QueuePlan] = {}
        self.turns: dict[QueueId, dict[AgentId, int]] = {}
        self.waiting: dict[ContactId, Caller] = {}
        self.asking: Caller | None = None
        self.workers: dict[AgentId, Worker] = {}
        self.over: set[ContactId] = set()
        self.crossing: dict[OfferId, AgentId] = {}
        self.expiring = False
        self.in_step = False

    # ── carrying out what the ACD decides ────────────────────────────────────────────────────────────────────────

    def tell(self, event: said.AcdEvent, *, one_loose: bool = False) -> list[does.AcdCommand]:
        self.in_step = True
        self.turns_before = {queue: dict(turns) for queue, turns in self.turns.items()}
        commands = self.acd.handle(event, self.now)
        self.carry_out(commands, one_loose=one_loose)
        return commands

    def carry_out(self, commands: list[does.AcdCommand], *, one_loose: bool = False) -> None:
        for command in commands:
            self.carry_out_one(command)
        for command in commands:
            if isinstance(command, does.Offer):
                self.check_contact_order(command)
                if one_loose:
                    self.check_agent_order(command)

    def carry_out_one(self, command: does.AcdCommand) -> None:
        match command:
            case does.AcceptContact():
                self.accept(command)
            case does.Offer():
                self.ring(command)
            case does.Withdraw():
                self.stop_ringing(command)
            case does.TellPosition():
                caller = self.waiting[command.contact]
                assert caller.told != command.position, "told what it knew"
                assert not self.scheduled(caller), "told a place while it has none"
                caller.told = command.position
            case does.AgentStateChanged():
                assert command != self.workers[command.agent].stored, "stored what was stored"
                self.workers[command.agent].stored = command
            case does.WrapUpStarted():
                self.workers[command.agent].wrapping.append(command.contact)
            case does.WrapUpEnded():
                self.wrapped_up(command)
            case does.WrapUpProlonged():
                assert command.contact in self.workers[command.agent].wrapping
            case _:
                assert isinstance(command, does.RefuseContact)

    def wrapped_up(self, command: does.WrapUpEnded) -> None:
        worker = self.workers[command.agent]
        worker.wrapping.remove(command.contact)
        if command.contact in worker.from_queue:
            worker.from_queue.discard(command.contact)
            worker.inbound_since = self.now
        worker.rest()

    def accept(self, command: does.AcceptContact) -> None:
        assert self.asking is not None
        assert command.contact not in self.over
        old = self.waiting.pop(command.contact, None)
        if old is not None:
            self.asking.pause = old.pause
        if old is not None and old.queue == self.asking.queue:
            self.asking.ringing, self.asking.enqueued_at = old.ringing, old.enqueued_at
            self.asking.due = old.due if self.asking.due is None else self.asking.due
        if self.scheduled(self.asking):
            self.asking.pause = None
        self.waiting[command.contact] = self.asking
        self.asking.told = 0 if self.scheduled(self.asking) else command.position

    def ring(self, command: does.Offer) -> None:
        caller, worker = self.waiting[command.contact], self.workers[command.agent]
        assert not caller.answered, "offered after the answer"
        assert caller.ringing is None, "two offers of one contact"
        assert not self.scheduled(caller), "offered before its time"
        assert not self.paused(caller), "offered while another phone may still ring"
        assert worker.available, "an agent who can't take it"
        caller.offers_made += 1
        assert command.offer == f"{command.contact}/{caller.offers_made}"
        caller.ringing = (command.offer, command.agent)
        worker.ringing = command.contact
        self.had_turn(caller.queue, command.agent)

    def stop_ringing(self, command: does.Withdraw) -> None:
        caller = self.waiting[command.contact]
        assert caller.ringing is not None
        offer, agent = caller.ringing
        assert offer == command.offer
        self.crossing[offer] = agent
        caller.pause = (offer, self.now + PAUSE_S)
        self.hush(command.contact, Activity.MISSED if self.expiring else None)

    def had_turn(self, queue: QueueId, agent: AgentId) -> None:
        turns = self.turns.setdefault(queue, {})
        turns[agent] = max(turns.values(), default=0) + 1

    def scheduled(self, caller: Caller) -> bool:
        return caller.due is not None and self.now < caller.due

    def paused(self, caller: Caller) -> bool:
        return caller.pause is not None and self.now < caller.pause[1]

    def hush(self, contact: ContactId, trouble: Activity | None = None) -> None:
        """The contact's ringing is over."""
        ringing, self.waiting[contact].ringing = self.waiting[contact].ringing, None
        if ringing is not None and ringing[1] in self.workers:
            worker = self.workers[ringing[1]]
            if worker.ringing == contact:
                worker.ringing = None
            worker.trouble = trouble or worker.trouble
            worker.rest()

    # ── every offer is the right one ─────────────────────────────────────────────────────────────────────────────

    def key(self, contact: ContactId) -> tuple[int, float, ContactId]:
        caller = self.waiting[contact]
        return (caller.priority, caller.enqueued_at - caller.adjustment, contact)

    def suits(self, worker: Worker) -> Iterator[tuple[int, tuple[int, float, ContactId]]]:
        """The contacts without an offer that this agent may get now, as (queue priority, contact order)."""
        for contact, caller in self.waiting.items():
            free = caller.ringing is None and not caller.answered and not self.paused(caller)
            share = self.share_of(worker, contact)
            if free and not self.scheduled(caller) and share is not None:
                yield (share.priority, self.key(contact))

    def share_of(self, worker: Worker, contact: ContactId) -> QueueShare | None:
        """How the agent comes to get the contact now; None: not."""
        caller = self.waiting[contact]
        wished = self.workers.get(caller.last_agent) if caller.last_agent is not None else None
        if not worker.meets(caller.asks(wished, self.now)):
            return None
        for share in worker.shares:
            if share.queue == caller.queue and is_ripe(caller.enqueued_at, share.delay_s, self.now):
                return share
        return None

    def check_contact_order(self, offer: does.Offer) -> None:
        worker = self.workers[offer.agent]
        share = self.share_of(worker, offer.contact)
        assert share is not None, "offered to an agent who may not have it"
        assert all((share.priority, self.key(offer.contact)) < other for other in self.suits(worker)), "out of order"

    def check_agent_order(self, offer: does.Offer) -> None:
        queue = self.waiting[offer.contact].queue
        for agent, worker in self.workers.items():
            if worker.available and self.share_of(worker, offer.contact) is not None:
                assert self.agent_order(queue, offer.agent) < self.agent_order(queue, agent), "it was another's turn"

    def agent_order(self, queue: QueueId, agent: AgentId) -> tuple[int, float, AgentId]:
        """As before the offer under way."""
        snapshot, worker, turns = self.acd.agent_snapshot(agent), self.workers[agent], self.turns.get(queue, {})
        assert snapshot is not None
        plan = self.plans.get(queue) or self.removed.get(queue) or QueuePlan(queue=queue)
        in_turn = plan.agent_order is AgentOrder.ROUND_ROBIN
        turn = self.turns_before.get(queue, turns).get(agent, 0) if in_turn else 0
        by_inbound = worker.plan.timer is AvailabilityTimer.LAST_INBOUND
        return (turn, worker.inbound_since if by_inbound else snapshot.idle_since, agent)

    # ── configuration ────────────────────────────────────────────────────────────────────────────────────────────

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

    # ── contacts ─────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(
        queue=st.sampled_from([*QUEUES, *QUEUES, *OWN]),
        priority=st.sampled_from([5, 5, 5, 1]),
        adjustment=st.sampled_from([0, 0, 9]),
        criteria=CRITERIA,
        last_agent=st.sampled_from([None, *AGENTS]),
        delay_s=st.sampled_from([None, None, None, None, 0.0, 8.0, 60.0]),
    )
    def arrive(self, queue: QueueId, priority: int, adjustment: int, **wishes: Any) -> None:
        """`wishes`: criteria, last_agent, and delay_s of a contact that is to wait later."""
        self.count += 1
        caller = Caller(queue, self.now, priority, adjustment, wishes["criteria"], self.now, wishes["last_agent"])
        caller.due = None if wishes["delay_s"] is None else self.now + wishes["delay_s"]
        self.ask(ContactId(f"c{self.count:03}"), caller)

    @precondition(lambda self: self.waiting)
    @rule(any_=ANY, queue=st.sampled_from([*QUEUES, OWN[0]]), priority=st.sampled_from([5, 1, 9]), criteria=CRITERIA)
    def ask_again(self, any_: random.Random, queue: QueueId, priority: int, criteria: tuple[RoutingStep, ...]) -> None:
        """In the same queue the flow changes the routing, in another the contact moves on."""
        contact = any_.choice(list(self.waiting))
        offers_made = self.waiting[contact].offers_made
        caller = Caller(queue, self.now, priority, 0, offers_made=offers_made, criteria=criteria)
        caller.criteria_since = self.now
        self.ask(contact, caller)

    @precondition(lambda self: self.waiting)
    @rule(any_=ANY, delay_s=st.sampled_from([0.0, 8.0, 60.0]))
    def put_off(self, any_: random.Random, delay_s: float) -> None:
        """A callback is to be tried later, or now after all."""
        contact = any_.choice(list(self.waiting))
        old = self.waiting[contact]
        again = Caller(old.queue, old.enqueued_at, old.priority, old.adjustment, offers_made=old.offers_made)
        again.due = self.now + delay_s
        again.criteria, again.criteria_since, again.last_agent = old.criteria, old.criteria_since, old.last_agent
        self.ask(contact, again)

    def ask(self, contact: ContactId, caller: Caller) -> None:
        old = self.waiting.get(contact)
        refused = old is None or old.queue != caller.queue
        refused = refused and self.refuses(caller.queue)
        plan = self.plans.get(caller.queue) or self.removed.get(caller.queue)
        caller.wish_s = 0.0 if plan is None else plan.last_agent_s
        self.asking = caller
        commands = self.tell(self.arrival(contact, caller))
        assert refused == any(isinstance(command, does.RefuseContact) for command in commands)
        assert refused != any(isinstance(command, does.AcceptContact) for command in commands)

    def arrival(self, contact: ContactId, caller: Caller, *, restored: bool = False) -> said.ContactArrived:
        return said.ContactArrived(
            contact=contact,
            queue=caller.queue,
            enqueued_at=caller.enqueued_at,
            priority=caller.priority,
            time_adjustment_s=caller.adjustment,
            forced=restored,
            offers_made=caller.offers_made if restored else 0,
            criteria=caller.criteria,
            criteria_since=caller.criteria_since,
            last_agent=caller.last_agent,
            not_before=caller.due,
        )

    def refuses(self, queue: QueueId) -> bool:
        owner = agent_of_queue(queue)
        plan = self.plans.get(queue)
        if owner in self.workers:
            plan = QueuePlan(queue=queue, max_contacts=AGENT_QUEUE_PLACES)
        inside = [caller for caller in self.waiting.values() if caller.queue == queue and caller.ringing is None]
        full = plan is not None and plan.max_contacts is not None and len(inside) >= plan.max_contacts
        return plan is None or not plan.enabled or full

    @precondition(lambda self: self.waiting)
    @rule(any_=ANY, ring_told=st.booleans())
    def abandon(self, any_: random.Random, ring_told: bool) -> None:
        contact = any_.choice(list(self.waiting))
        ringing = self.waiting[contact].ringing
        self.hush(contact)
        del self.waiting[contact]
        self.over.add(contact)
        if ringing is not None and ring_told:
            self.tell(said.OfferMissed(offer=ringing[0], cause="abandoned"), one_loose=True)
        self.tell(said.ContactLeft(contact=contact), one_loose=True)

    def ringing_contacts(self) -> list[ContactId]:
        return [contact for contact, caller in self.waiting.items() if caller.ringing is not None]

    @precondition(lambda self: self.ringing_contacts())
    @rule(any_=ANY)
    def answer(self, any_: random.Random) -> None:
        contact = any_.choice(self.ringing_contacts())
        offer, agent = self.waiting[contact].ringing or (OfferId(""), AgentId(""))
        self.connect(contact, agent)
        assert not [c for c in self.tell(said.OfferAnswered(offer=offer)) if isinstance(c, does.Withdraw | does.Offer)]
        del self.waiting[contact]

    def connect(self, contact: ContactId, agent: AgentId) -> None:
        """Whoever answers is off the miss; a second ringing for the contact or agent stays until withdrawn."""
        caller, worker = self.waiting[contact], self.workers[agent]
        if caller.ringing is not None and caller.ringing[1] == agent:
            caller.ringing = worker.ringing = None
        caller.answered = True
        worker.talking.append(contact)
        worker.from_queue.add(contact)
        worker.inbound_since = self.now
        worker.trouble = None

    @precondition(lambda self: self.ringing_contacts())
    @rule(any_=ANY, cause=st.sampled_from([*BLAMED, "withdrawn"]))
    def miss(self, any_: random.Random, cause: str) -> None:
        contact = any_.choice(self.ringing_contacts())
        offer, agent = self.waiting[contact].ringing or (OfferId(""), AgentId(""))
        self.hush(contact, BLAMED.get(cause))
        if cause == "withdrawn":
            self.waiting[contact].pause = (offer, self.now + PAUSE_S)
            self.crossing[offer] = agent
        self.tell(said.OfferMissed(offer=offer, cause=cause), one_loose=True)

    @precondition(lambda self: self.crossing)
    @rule(any_=ANY)
    def answer_late(self, any_: random.Random) -> None:
        offer = any_.choice(list(self.crossing))
        agent = self.crossing.pop(offer)
        contact = ContactId(offer.rpartition("/")[0])
        if contact not in self.waiting or (agent in self.workers and contact in self.workers[agent].talking):
            assert self.tell(said.OfferAnswered(offer=offer)) == []
            return
        self.waiting[contact].answered = True
        if agent in self.workers:
            self.connect(contact, agent)
        self.tell(said.OfferAnswered(offer=offer))
        del self.waiting[contact]

    @precondition(lambda self: self.crossing)
    @rule(any_=ANY, cause=st.sampled_from([*BLAMED, "withdrawn", "abandoned"]))
    def miss_late(self, any_: random.Random, cause: str) -> None:
        """The report that a withdrawn offer has ended ends the pause and does nothing else."""
        offer = any_.choice(list(self.crossing))
        caller = self.waiting.get(ContactId(offer.rpartition("/")[0]))
        awaited = caller is not None and self.paused(caller) and caller.pause is not None and caller.pause[0] == offer
        if caller is not None and awaited:
            caller.pause = None
        commands = self.tell(said.OfferMissed(offer=offer, cause=cause), one_loose=True)
        assert awaited or commands == []

    # ── agents ───────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(agent=st.sampled_from(AGENTS), status=st.sampled_from([AVAILABLE, AVAILABLE, AVAILABLE, OFFLINE, "Lunch"]))
    def choose_status(self, agent: AgentId, status: str) -> None:
        worker = self.workers.get(agent)
        if worker is not None:
            worker.trouble = None if status == AVAILABLE else worker.trouble
            worker.next_status = None if status == worker.status else status
            worker.rest()
        self.tell(said.AgentStatusSet(agent=agent, status=status), one_loose=True)

    @precondition(lambda self: self.workers)
    @rule(any_=ANY, pick_up=st.booleans())
    def engage(self, any_: random.Random, pick_up: bool) -> None:
        agent = any_.choice(list(self.workers))
        worker = self.workers[agent]
        trouble = worker.trouble
        self.count += 1
        contact = any_.choice(list(self.waiting)) if pick_up and self.waiting else ContactId(f"x{self.count:03}")
        if contact in self.waiting:
            self.connect(contact, agent)
        else:
            worker.talking.append(contact)
        worker.trouble = trouble
        self.tell(said.AgentEngaged(agent=agent, contact=contact))
        self.waiting.pop(contact, None)

    @precondition(lambda self: any(worker.talking for worker in self.workers.values()))
    @rule(any_=ANY, wrap_up=st.booleans())
    def release(self, any_: random.Random, wrap_up: bool) -> None:
        agent = any_.choice([agent for agent, worker in self.workers.items() if worker.talking])
        worker = self.workers[agent]
        contact = any_.choice(worker.talking)
        worker.talking.remove(contact)
        self.over.add(contact)
        worker.inbound_since = self.now if contact in worker.from_queue else worker.inbound_since
        if not wrap_up:
            worker.from_queue.discard(contact)
            worker.rest()
        commands = self.tell(said.AgentReleased(agent=agent, contact=contact, wrap_up=wrap_up), one_loose=True)
        assert (does.WrapUpStarted(agent=agent, contact=contact) in commands) == wrap_up

    @rule(agent=st.sampled_from(AGENTS), seconds=st.sampled_from([5.0, 40.0]))
    def extend_wrap_up(self, agent: AgentId, seconds: float) -> None:
        before = self.acd.agent_snapshot(agent)
        commands = self.tell(said.WrapUpExtended(agent=agent, seconds=seconds))
        after = self.acd.agent_snapshot(agent)
        limited = before is not None and before.wrap_up_until is not None
        assert limited <= any(isinstance(command, does.WrapUpProlonged) for command in commands)
        if limited and before is not None and after is not None and before.wrap_up_until is not None:
            assert after.wrap_up_until == before.wrap_up_until + seconds

    @rule(agent=st.sampled_from(AGENTS))
    def clear_wrap_up(self, agent: AgentId) -> None:
        self.tell(said.WrapUpCleared(agent=agent), one_loose=True)
        assert agent not in self.workers or not self.workers[agent].wrapping

    # ── time, restart ────────────────────────────────────────────────────────────────────────────────────────────

    @rule(seconds=st.sampled_from([0.3, 3.0, 7.0, 26.0, 61.0]))
    def pass_time(self, seconds: float) -> None:
        until = self.now + seconds
        self.expiring = True
        while (due := self.acd.next_timer()) is not None and due <= until:
            self.now = max(self.now, due)
            self.carry_out(self.acd.handle_timer(self.now))
        self.expiring = False
        self.now = until

    @rule(any_=ANY, late=st.booleans())
    def restart(self, any_: random.Random, late: bool) -> None:
        """A new ACD is told what the store knew; it must go on as if nothing had happened and ring nobody.

        `late`: the contact processes come back one by one after the agents were restored.
        """
        self.forget_what_is_not_stored()
        known = [agent for agent, worker in self.workers.items() if worker.stored is not None]
        before = [self.acd.agent_snapshot(agent) for agent in known]
        self.acd = Acd()
        self.turns.clear()
        self.removed.clear()
        for worker in self.workers.values():
            worker.inbound_since = self.now if worker.stored is None else worker.inbound_since
            worker.seat = worker.plan.extension if worker.stored is None else worker.seat
            worker.from_queue.difference_update(worker.talking, worker.wrapping)
            worker.from_queue.update(c for c in (*worker.talking, *worker.wrapping) if self.came_from_queue(worker, c))
        for plan in self.plans.values():
            self.tell(said.QueueConfigured(queue=plan))
        for worker in self.workers.values():
            assert self.tell(said.AgentConfigured(agent=worker.plan)) == []
        agents = [self.restored_agent(agent) for agent in known]
        for caller in self.waiting.values():
            plan = self.plans.get(caller.queue)
            caller.wish_s = 0.0 if plan is None else plan.last_agent_s
        contacts = [self.arrival(contact, caller, restored=True) for contact, caller in self.waiting.items()]
        any_.shuffle(contacts)
        if late:
            assert self.acd.handle_together(agents, self.now) == []
            for contact in contacts:
                self.restore(self.acd.handle(contact, self.now))
        else:
            together = [*agents, *contacts]
            any_.shuffle(together)
            self.restore(self.acd.handle_together(together, self.now))
        assert [self.acd.agent_snapshot(agent) for agent in known] == before
        self.pass_time(0.0)  # a wrap-up limit that was shortened meanwhile may be over

    def restore(self, commands: list[does.AcdCommand]) -> None:
        for command in commands:
            if isinstance(command, does.AcceptContact):
                caller = self.waiting[command.contact]
                caller.told = 0 if self.scheduled(caller) else command.position
            else:
                assert isinstance(command, does.TellPosition)
                self.waiting[command.contact].told = command.position

    def forget_what_is_not_stored(self) -> None:
        """One contact an agent is stored: end the others, and what lies behind it, as the switchboard repairs it."""
        self.pass_time(PAUSE_S)
        while any(self.paused(caller) for caller in self.waiting.values()):
            self.pass_time(PAUSE_S)
        self.crossing.clear()
        for agent, worker in self.workers.items():
            if worker.talking or len(worker.wrapping) > 1:
                self.clear_wrap_up(agent)
            for contact in tuple(worker.talking[:-1]):
                worker.talking.remove(contact)
                self.over.add(contact)
                self.tell(said.AgentReleased(agent=agent, contact=contact, wrap_up=False))
            if worker.activity is not worker.trouble and worker.trouble:
                worker.trouble = None
                worker.next_status = None if worker.status == AVAILABLE else AVAILABLE
                self.tell(said.AgentStatusSet(agent=agent, status=AVAILABLE))

    def came_from_queue(self, worker: Worker, contact: ContactId) -> bool:
        """What the store knows: the queue of the one contact that is stored with the agent."""
        return worker.stored is not None and worker.stored.contact == contact and worker.stored.queue is not None

    def restored_agent(self, agent: AgentId) -> said.AcdEvent:
        stored = self.workers[agent].stored
        assert stored is not None
        return said.AgentStateRestored(
            agent=agent,
            status=stored.status,
            activity=stored.activity,
            since=stored.since,
            idle_since=stored.idle_since,
            contact=stored.contact,
            next_status=stored.next_status,
            queue=stored.queue,
            inbound_since=stored.inbound_since,
            extension=stored.extension,
            wrap_up_until=stored.wrap_up_until,
        )

    # ── what is always so ────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def nobody_is_lost_or_waits_twice_and_order_is_kept(self) -> None:
        held = {queue: self.acd.waiting(queue) for queue in self.acd.queues()}
        assert set(held) <= set(QUEUES)
        for queue in (*QUEUES, *OWN):
            here = [c for c, caller in self.waiting.items() if caller.queue == queue]
            expected = sorted((c for c in here if not self.scheduled(self.waiting[c])), key=self.key)
            assert list(self.acd.waiting(queue)) == expected
            snapshot = self.acd.queue_snapshot(queue, self.now)
            assert (snapshot.contacts_scheduled if snapshot else 0) == len(here) - len(expected)
            told = [self.waiting[contact].told for contact in expected]
            assert told == list(range(1, len(expected) + 1))

    @invariant()
    def nobody_who_talks_waits(self) -> None:
        talking = [contact for worker in self.workers.values() for contact in worker.talking]
        assert len(talking) == len(set(talking)), "two agents on one contact"
        for queue in (*QUEUES, *OWN):
            assert not {*talking, *self.over}.intersection(self.acd.waiting(queue))

    @invariant()
    def every_agent_is_in_the_one_true_state(self) -> None:
        assert set(self.acd.agents()) == set(self.workers)
        for agent, worker in self.workers.items():
            snapshot = self.acd.agent_snapshot(agent)
            assert snapshot is not None
            assert snapshot.activity is worker.activity
            assert snapshot.extension == worker.seat
            assert (snapshot.status, snapshot.next_status) == (worker.status, worker.next_status)
            assert snapshot.idle_since <= self.now
            assert snapshot.since <= self.now
            self.is_stored(agent, worker)

    def is_stored(self, agent: AgentId, worker: Worker) -> None:
        stored, snapshot = worker.stored, self.acd.agent_snapshot(agent)
        assert snapshot is not None
        if stored is None:
            assert (snapshot.status, snapshot.activity) == (OFFLINE, Activity.IDLE)
            return
        for name in ("status", "next_status", "since", "idle_since", "contact", "extension"):
            assert getattr(stored, name) == getattr(snapshot, name)
        if len(worker.wrapping) == 1 and not worker.talking:
            assert stored.wrap_up_until == snapshot.wrap_up_until
        assert stored.activity == snapshot.activity.value

    @invariant()
    def offers_of_contacts_and_agents_match(self) -> None:
        ringing = {agent: worker.ringing for agent, worker in self.workers.items() if worker.ringing}
        offered = {caller.ringing[1]: c for c, caller in self.waiting.items() if caller.ringing is not None}
        assert ringing == offered
        for agent, contact in ringing.items():
            snapshot, caller = self.acd.agent_snapshot(agent), self.waiting[contact]
            assert snapshot is not None
            assert (snapshot.offer, agent) == caller.ringing

    @invariant()
    def nobody_waits_for_an_available_agent(self) -> None:
        for worker in self.workers.values():
            if worker.available:
                assert not list(self.suits(worker))

    @invariant()
    def timers_lie_ahead(self) -> None:
        due = self.acd.next_timer()
        assert due is None or due > self.now
        self.in_step = False

    # ── in the end ───────────────────────────────────────────────────────────────────────────────────────────────

    def teardown(self) -> None:
        """Nobody starves: when all agents work and time passes, every contact that anybody may ever get is served."""
        if self.in_step:  # it failed
            return
        for agent in tuple(self.workers):
            self.sit(agent, Extension("10"))
        for _ in range(2 * len(self.waiting) + 5):
            for agent in tuple(self.workers):
                self.get_ready(agent)
            for contact in self.ringing_contacts():
                self.pick_up(contact)
            self.pass_time(61.0)
        served = {share.queue for worker in self.workers.values() for share in worker.shares}
        for contact, caller in self.waiting.items():
            barred = caller.queue not in served or any(step.duration_s is None for step in caller.criteria)
            assert barred, f"{contact} is served by nobody"

    def get_ready(self, agent: AgentId) -> None:
        worker = self.workers[agent]
        for contact in tuple(worker.talking):
            worker.talking.remove(contact)
            self.over.add(contact)
            worker.rest()
            self.tell(said.AgentReleased(agent=agent, contact=contact, wrap_up=False))
        self.clear_wrap_up(agent)
        self.choose_status(agent, AVAILABLE)

    def pick_up(self, contact: ContactId) -> None:
        ringing = self.waiting[contact].ringing
        assert ringing is not None
        self.connect(contact, ringing[1])
        self.tell(said.OfferAnswered(offer=ringing[0]))
        del self.waiting[contact]


TestWorld = World.TestCase
TestWorld.settings = settings(max_examples=100, stateful_step_count=60)
