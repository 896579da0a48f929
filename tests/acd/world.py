"""A small world around an ACD, which carries out its commands as the switchboard would.

It knows by itself who waits, rings, talks and wraps up, and with each command that it was the right one.
"""

from __future__ import annotations

from collections.abc import Iterator

from acd.people import Caller, Worker
from hypothesis.stateful import RuleBasedStateMachine

from appliance.acd import commands as does
from appliance.acd import events as said
from appliance.acd.lanes import is_ripe
from appliance.acd.machine import Acd
from appliance.acd.model import (
    Activity,
    AgentOrder,
    AvailabilityTimer,
    QueuePlan,
    QueueShare,
)
from appliance.acd.seating import PAUSE_S
from appliance.ids import AgentId, ContactId, OfferId, QueueId


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
