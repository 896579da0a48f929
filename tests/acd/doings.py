"""What may happen around an ACD day by day, as rules: contacts, agents, and time that passes."""

from __future__ import annotations

import random
from typing import Any

from acd.choices import AGENTS, ANY, BLAMED, CRITERIA, OWN, QUEUES
from acd.organising import Organising
from acd.people import Caller
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from appliance.acd import commands as does
from appliance.acd import events as said
from appliance.acd.model import (
    AGENT_QUEUE_PLACES,
    QueuePlan,
)
from appliance.acd.seating import PAUSE_S
from appliance.events.criteria import RoutingStep
from appliance.ids import AgentId, ContactId, OfferId, QueueId, agent_of_queue


class Doings(Organising):
    """In any order; each says by itself what must come of it."""

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

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(seconds=st.sampled_from([0.3, 3.0, 7.0, 26.0, 61.0]))
    def pass_time(self, seconds: float) -> None:
        until = self.now + seconds
        self.expiring = True
        while (due := self.acd.next_timer()) is not None and due <= until:
            self.now = max(self.now, due)
            self.carry_out(self.acd.handle_timer(self.now))
        self.expiring = False
        self.now = until
