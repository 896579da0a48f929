"""The ACD against a small world of contact processes and agents that does everything in any order.

After every step the ACD must say what the world knows, and every offer must have been the right one.
"""

from __future__ import annotations

from acd.choices import OWN, QUEUES
from acd.people import Worker
from acd.restarts import Restarts
from hypothesis import settings
from hypothesis.stateful import invariant

from appliance.acd import events as said
from appliance.acd.model import (
    AVAILABLE,
    OFFLINE,
    Activity,
)
from appliance.ids import AgentId, ContactId, Extension


class Branch(Restarts):
    """What is always so, and what is so in the end."""

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


TestBranch = Branch.TestCase
TestBranch.settings = settings(max_examples=100, stateful_step_count=60)
