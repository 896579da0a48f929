"""Drives the real ACD through simulated days: Poisson arrivals, exponential handling and patience, no ring time."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, replace

from bench.erlang import Figures, Staffing

from appliance.acd.commands import AcdCommand, Offer
from appliance.acd.events import (
    AcdEvent,
    AgentConfigured,
    AgentReleased,
    AgentStatusSet,
    ContactArrived,
    ContactLeft,
    OfferAnswered,
    QueueConfigured,
)
from appliance.acd.machine import Acd
from appliance.acd.model import AVAILABLE, AgentPlan, QueuePlan, QueueShare
from appliance.ids import AgentId, ContactId, Extension, QueueId

QUEUE = QueueId("queue")


@dataclass(slots=True)
class Draws:
    """Exponential times, and the rate that came out of the draw."""

    random: random.Random
    rate: float
    count: int = 0
    total_s: float = 0.0

    def next_s(self) -> float:
        drawn = self.random.expovariate(self.rate)
        self.count += 1
        self.total_s += drawn
        return drawn

    @property
    def drawn_rate(self) -> float:
        return self.count / self.total_s


@dataclass(slots=True)
class Tally:
    contacts: int = 0
    waited_s: float = 0.0
    in_time: int = 0
    abandoned: int = 0

    def figures(self) -> Figures:
        return Figures(
            mean_wait_s=self.waited_s / self.contacts,
            service_level=self.in_time / self.contacts,
            abandoned=self.abandoned / self.contacts,
        )


class Simulation:
    """One queue. Contacts are counted when they are answered or give up."""

    def __init__(self, staffing: Staffing, seed: int) -> None:
        self._staffing = staffing
        self._random = random.Random(seed)
        self._gaps = Draws(self._random, staffing.arrival_rate)
        self._handling = Draws(self._random, staffing.handling_rate)
        self._acd = Acd()
        self._future: list[tuple[float, int, AcdEvent]] = []
        self._scheduled = 0
        self._arrived: dict[ContactId, float] = {}
        self._tally = Tally()
        self._open()

    def _open(self) -> None:
        self._acd.handle(QueueConfigured(queue=QueuePlan(queue=QUEUE)), 0.0)
        for number in range(self._staffing.agents):
            agent = AgentId(f"agent{number:03}")
            plan = AgentPlan(agent=agent, extension=Extension(str(100 + number)), queues=(QueueShare(queue=QUEUE),))
            self._acd.handle(AgentConfigured(agent=plan), 0.0)
            self._acd.handle(AgentStatusSet(agent=agent, status=AVAILABLE), 0.0)

    def run(self, contacts: int) -> Figures:
        """What `contacts` contacts experienced."""
        self._schedule_arrival(0.0, 0)
        while self._tally.contacts < contacts:
            now, _, event = heapq.heappop(self._future)
            if isinstance(event, ContactArrived):
                self._schedule_arrival(now, int(event.contact) + 1)
                self._arrive(event.contact, now)
            elif isinstance(event, ContactLeft) and not self._gives_up(event.contact, now):
                continue
            self._carry_out(self._acd.handle(event, now), now)
        return self._tally.figures()

    def drawn(self) -> Staffing:
        """The staffing with the rates that were really drawn: theory for these shows the routing, not the luck."""
        return replace(self._staffing, arrival_rate=self._gaps.drawn_rate, handling_rate=self._handling.drawn_rate)

    def _schedule_arrival(self, now: float, number: int) -> None:
        at = now + self._gaps.next_s()
        self._schedule(at, ContactArrived(contact=ContactId(str(number)), queue=QUEUE, enqueued_at=at))

    def _schedule(self, at: float, event: AcdEvent) -> None:
        self._scheduled += 1
        heapq.heappush(self._future, (at, self._scheduled, event))

    def _arrive(self, contact: ContactId, now: float) -> None:
        self._arrived[contact] = now
        if self._staffing.patience_rate:
            self._schedule(now + self._random.expovariate(self._staffing.patience_rate), ContactLeft(contact=contact))

    def _gives_up(self, contact: ContactId, now: float) -> bool:
        arrived = self._arrived.pop(contact, None)
        if arrived is None:
            return False
        self._tally.contacts += 1
        self._tally.abandoned += 1
        self._tally.waited_s += now - arrived
        return True

    def _carry_out(self, commands: list[AcdCommand], now: float) -> None:
        for command in commands:
            if isinstance(command, Offer):
                self._answer(command, now)

    def _answer(self, offer: Offer, now: float) -> None:
        waited = now - self._arrived.pop(offer.contact)
        self._tally.contacts += 1
        self._tally.waited_s += waited
        self._tally.in_time += waited <= self._staffing.service_goal_s
        self._acd.handle(OfferAnswered(offer=offer.offer), now)
        handled = now + self._handling.next_s()
        self._schedule(handled, AgentReleased(agent=offer.agent, contact=offer.contact, wrap_up=False))
