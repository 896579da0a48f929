"""A restart of the switchboard: a new ACD is told what was stored, while the contact processes go on."""

from __future__ import annotations

import random

from acd.choices import ANY
from acd.doings import Doings
from acd.people import Worker
from hypothesis import strategies as st
from hypothesis.stateful import rule

from appliance.acd import commands as does
from appliance.acd import events as said
from appliance.acd.machine import Acd
from appliance.acd.model import AVAILABLE
from appliance.acd.seating import PAUSE_S
from appliance.ids import AgentId, ContactId


class Restarts(Doings):
    """One more thing that may happen."""

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
