"""The ACD against a small world of contact processes and agents that does everything in any order.

The world carries out commands as the switchboard would and knows by itself who waits, rings, talks and wraps up;
after every step the ACD must say the same, and every offer must have been the right one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from appliance.acd import commands as does
from appliance.acd import events as said
from appliance.acd.floor import PAUSE_S
from appliance.acd.lanes import is_ripe
from appliance.acd.machine import Acd
from appliance.acd.model import AVAILABLE, OFFLINE, Activity, AgentPlan, QueuePlan, QueueShare
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId

QUEUES = [QueueId(name) for name in ("help", "sales", "spare")]
AGENTS = [AgentId(name) for name in ("ann", "bob", "cid", "dee")]
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
AGENT_PLANS = st.builds(
    AgentPlan, agent=st.sampled_from(AGENTS), extension=st.just(Extension("10")), queues=SHARES.map(tuple)
)
QUEUE_PLANS = st.builds(
    QueuePlan,
    queue=st.sampled_from(QUEUES),
    max_contacts=st.sampled_from([None, None, 1, 3]),
    wrap_up_s=st.sampled_from([0.0, 5.0, 30.0]),
    enabled=st.sampled_from([True, True, True, False]),
)
ANY = st.randoms(use_true_random=False)


@dataclass
class Caller:
    """What contact process and store know of a contact that waits."""

    queue: QueueId
    enqueued_at: float
    priority: int
    adjustment: int
    offers_made: int = 0
    ringing: tuple[OfferId, AgentId] | None = None
    told: int = 0
    answered: bool = False
    pause: tuple[OfferId, float] | None = None


@dataclass
class Worker:
    """What is true of an agent; `stored` is the last state that was to be stored."""

    plan: AgentPlan
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
        return self.activity is Activity.IDLE and self.status == AVAILABLE

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
        self.waiting: dict[ContactId, Caller] = {}
        self.asking: Caller | None = None
        self.workers: dict[AgentId, Worker] = {}
        self.over: set[ContactId] = set()
        self.crossing: dict[OfferId, AgentId] = {}
        self.expiring = False

    # ── carrying out what the ACD decides ────────────────────────────────────────────────────────────────────────

    def tell(self, event: said.AcdEvent, *, one_loose: bool = False) -> list[does.AcdCommand]:
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
                assert self.waiting[command.contact].told != command.position, "told what it knew"
                self.waiting[command.contact].told = command.position
            case does.AgentStateChanged():
                assert command != self.workers[command.agent].stored, "stored what was stored"
                self.workers[command.agent].stored = command
            case does.WrapUpStarted():
                self.workers[command.agent].wrapping.append(command.contact)
            case does.WrapUpEnded():
                self.workers[command.agent].wrapping.remove(command.contact)
                self.workers[command.agent].rest()
            case _:
                assert isinstance(command, does.RefuseContact)

    def accept(self, command: does.AcceptContact) -> None:
        assert self.asking is not None
        assert command.contact not in self.over
        old = self.waiting.pop(command.contact, None)
        if old is not None:
            self.asking.pause = old.pause
        if old is not None and old.queue == self.asking.queue:
            self.asking.ringing, self.asking.enqueued_at = old.ringing, old.enqueued_at
        self.waiting[command.contact] = self.asking
        self.asking.told = command.position

    def ring(self, command: does.Offer) -> None:
        caller, worker = self.waiting[command.contact], self.workers[command.agent]
        assert not caller.answered, "offered after the answer"
        assert caller.ringing is None, "two offers of one contact"
        assert not self.paused(caller), "offered while another phone may still ring"
        assert worker.available, "an agent who can't take it"
        caller.offers_made += 1
        assert command.offer == f"{command.contact}/{caller.offers_made}"
        caller.ringing = (command.offer, command.agent)
        worker.ringing = command.contact

    def stop_ringing(self, command: does.Withdraw) -> None:
        caller = self.waiting[command.contact]
        assert caller.ringing is not None
        offer, agent = caller.ringing
        assert offer == command.offer
        self.crossing[offer] = agent
        caller.pause = (offer, self.now + PAUSE_S)
        self.hush(command.contact, Activity.MISSED if self.expiring else None)

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
        for share in worker.plan.queues:
            for contact, caller in self.waiting.items():
                free = caller.ringing is None and not caller.answered and not self.paused(caller)
                if free and caller.queue == share.queue and is_ripe(caller.enqueued_at, share.delay_s, self.now):
                    yield (share.priority, self.key(contact))

    def share_of(self, worker: Worker, contact: ContactId) -> QueueShare | None:
        caller = self.waiting[contact]
        for share in worker.plan.queues:
            if share.queue == caller.queue and is_ripe(caller.enqueued_at, share.delay_s, self.now):
                return share
        return None

    def check_contact_order(self, offer: does.Offer) -> None:
        worker = self.workers[offer.agent]
        share = self.share_of(worker, offer.contact)
        assert share is not None, "offered to an agent who may not have it"
        assert all((share.priority, self.key(offer.contact)) < other for other in self.suits(worker)), "out of order"

    def check_agent_order(self, offer: does.Offer) -> None:
        for agent, worker in self.workers.items():
            if worker.available and self.share_of(worker, offer.contact) is not None:
                assert self.idle_order(offer.agent) < self.idle_order(agent), "another was idle longer"

    def idle_order(self, agent: AgentId) -> tuple[float, AgentId]:
        snapshot = self.acd.agent_snapshot(agent)
        assert snapshot is not None
        return (snapshot.idle_since, agent)

    # ── configuration ────────────────────────────────────────────────────────────────────────────────────────────

    @initialize(delays=st.lists(DELAYS, min_size=4, max_size=4), agents=st.integers(1, 4))
    def open_branch(self, delays: list[float], agents: int) -> None:
        help_, sales = QUEUES[0], QUEUES[1]
        for queue in (help_, sales):
            self.configure_queue(QueuePlan(queue=queue, wrap_up_s=5.0))
        for number, (agent, delay_s) in enumerate(zip(AGENTS[:agents], delays, strict=False)):
            shares = (QueueShare(queue=sales, priority=1 + number % 2), QueueShare(queue=help_, delay_s=delay_s))
            self.configure_agent(AgentPlan(agent=agent, extension=Extension("10"), queues=shares))
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
        assert self.tell(said.QueueConfigured(queue=plan)) == []

    def remove_queue(self, queue: QueueId) -> None:
        self.plans.pop(queue, None)
        assert self.tell(said.QueueRemoved(queue=queue)) == []

    def configure_agent(self, plan: AgentPlan) -> None:
        self.workers.setdefault(plan.agent, Worker(plan)).plan = plan
        self.tell(said.AgentConfigured(agent=plan))

    def remove_agent(self, agent: AgentId) -> None:
        worker = self.workers.get(agent)
        if worker is not None:
            worker.next_status = None
            worker.status = "being removed"
        self.tell(said.AgentRemoved(agent=agent), one_loose=True)
        assert worker is None or (worker.wrapping, worker.ringing) == ([], None)
        self.workers.pop(agent, None)

    # ── contacts ─────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(queue=st.sampled_from(QUEUES), priority=st.sampled_from([5, 5, 5, 1]), adjustment=st.sampled_from([0, 0, 9]))
    def arrive(self, queue: QueueId, priority: int, adjustment: int) -> None:
        self.count += 1
        self.ask(ContactId(f"c{self.count:03}"), Caller(queue, self.now, priority, adjustment))

    @precondition(lambda self: self.waiting)
    @rule(any_=ANY, queue=st.sampled_from(QUEUES), priority=st.sampled_from([5, 1, 9]))
    def ask_again(self, any_: random.Random, queue: QueueId, priority: int) -> None:
        contact = any_.choice(list(self.waiting))
        self.ask(contact, Caller(queue, self.now, priority, 0, offers_made=self.waiting[contact].offers_made))

    def ask(self, contact: ContactId, caller: Caller) -> None:
        old = self.waiting.get(contact)
        refused = old is None or old.queue != caller.queue
        refused = refused and self.refuses(caller.queue)
        self.asking = caller
        event = said.ContactArrived(
            contact=contact,
            queue=caller.queue,
            enqueued_at=caller.enqueued_at,
            priority=caller.priority,
            time_adjustment_s=caller.adjustment,
        )
        commands = self.tell(event)
        assert refused == any(isinstance(command, does.RefuseContact) for command in commands)
        assert refused != any(isinstance(command, does.AcceptContact) for command in commands)

    def refuses(self, queue: QueueId) -> bool:
        plan = self.plans.get(queue)
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
        if not wrap_up:
            worker.rest()
        commands = self.tell(said.AgentReleased(agent=agent, contact=contact, wrap_up=wrap_up), one_loose=True)
        assert (does.WrapUpStarted(agent=agent, contact=contact) in commands) == wrap_up

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
        for plan in self.plans.values():
            self.tell(said.QueueConfigured(queue=plan))
        for worker in self.workers.values():
            assert self.tell(said.AgentConfigured(agent=worker.plan)) == []
        agents = [self.restored_agent(agent) for agent in known]
        contacts = [self.restored_contact(contact) for contact in self.waiting]
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
                self.waiting[command.contact].told = command.position
            else:
                assert isinstance(command, does.TellPosition)
                self.waiting[command.contact].told = command.position

    def forget_what_is_not_stored(self) -> None:
        """One contact an agent is stored: end the others, and what lies behind it, as the switchboard repairs it."""
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

    def restored_contact(self, contact: ContactId) -> said.AcdEvent:
        caller = self.waiting[contact]
        return said.ContactArrived(
            contact=contact,
            queue=caller.queue,
            enqueued_at=caller.enqueued_at,
            priority=caller.priority,
            time_adjustment_s=caller.adjustment,
            forced=True,
            offers_made=caller.offers_made,
        )

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
        for queue in QUEUES:
            expected = sorted((c for c, caller in self.waiting.items() if caller.queue == queue), key=self.key)
            assert list(held.get(queue, ())) == expected
            told = [self.waiting[contact].told for contact in expected]
            assert told == list(range(1, len(expected) + 1))

    @invariant()
    def nobody_who_talks_waits(self) -> None:
        talking = [contact for worker in self.workers.values() for contact in worker.talking]
        for contact in {*talking, *self.over}:
            assert all(contact not in self.acd.waiting(queue) for queue in self.acd.queues())

    @invariant()
    def every_agent_is_in_the_one_true_state(self) -> None:
        assert set(self.acd.agents()) == set(self.workers)
        for agent, worker in self.workers.items():
            snapshot = self.acd.agent_snapshot(agent)
            assert snapshot is not None
            assert snapshot.activity is worker.activity
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
        for name in ("status", "next_status", "since", "idle_since", "contact"):
            assert getattr(stored, name) == getattr(snapshot, name)
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


TestWorld = World.TestCase
TestWorld.settings = settings(max_examples=100, stateful_step_count=60)
