"""Where waiting contacts and available agents meet: sorted lists, so that a decision looks at heads only.

A lane belongs to a queue and a delay. It holds the contacts of the queue that have waited at least that long and have
no open offer, and the available agents whose share of the queue has that delay. A contact stands in every lane it is
ripe for, an agent in one lane per queue served. A further condition of who may serve whom (proficiencies, a wished
agent) is a further part of the lane's key. Knows keys only: no agent states, no offers, no time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import TypeVar

from appliance.acd.model import QueueShare
from appliance.ids import AgentId, ContactId, QueueId

PlaceKey = tuple[int, float, ContactId]  # priority, adjusted enqueue time, id: the smallest is served first
AgentKey = tuple[float, AgentId]  # idle since, id: the smallest is offered first

K = TypeVar("K", PlaceKey, AgentKey)


def put(keys: list[K], key: K) -> int:
    """Insert `key` into the sorted list unless it is there; its index."""
    index = bisect_left(keys, key)
    if index == len(keys) or keys[index] != key:
        keys.insert(index, key)
    return index


def take(keys: list[K], key: K) -> int | None:
    """Remove `key` from the sorted list; the index it had, None if it was not there."""
    index = bisect_left(keys, key)
    if index == len(keys) or keys[index] != key:
        return None
    del keys[index]
    return index


class Lane:
    """`listeners` counts the agents configured for the lane, available or not; without any the lane is closed."""

    __slots__ = ("agents", "contacts", "listeners")

    def __init__(self) -> None:
        self.contacts: list[PlaceKey] = []
        self.agents: list[AgentKey] = []
        self.listeners = 0


_NO_LANES: Mapping[float, Lane] = {}


class Lanes:
    """Every lane, by queue and delay."""

    def __init__(self) -> None:
        self._lanes: dict[QueueId, dict[float, Lane]] = {}

    def of(self, queue: QueueId) -> Mapping[float, Lane]:
        """The open lanes of a queue by delay in seconds."""
        return self._lanes.get(queue, _NO_LANES)

    def listen(self, shares: Iterable[QueueShare]) -> list[QueueId]:
        """Open the lanes of these shares; the queues that got a new lane, which the caller must fill."""
        widened = []
        for share in shares:
            lanes = self._lanes.setdefault(share.queue, {})
            if share.delay_s not in lanes:
                lanes[share.delay_s] = Lane()
                widened.append(share.queue)
            lanes[share.delay_s].listeners += 1
        return widened

    def unlisten(self, shares: Iterable[QueueShare]) -> None:
        """Close the lanes that nobody else listens to."""
        for share in shares:
            lanes = self._lanes[share.queue]
            lane = lanes[share.delay_s]
            lane.listeners -= 1
            if not lane.listeners:
                del lanes[share.delay_s]
            if not lanes:
                del self._lanes[share.queue]

    def add_agent(self, key: AgentKey, shares: Iterable[QueueShare]) -> None:
        for share in shares:
            put(self._lanes[share.queue][share.delay_s].agents, key)

    def remove_agent(self, key: AgentKey, shares: Iterable[QueueShare]) -> None:
        for share in shares:
            take(self._lanes[share.queue][share.delay_s].agents, key)

    def add_contact(self, queue: QueueId, key: PlaceKey, enqueued_at: float, now: float) -> float | None:
        """Put the contact into every lane it is ripe for; when it will be ripe for the next, if there is one."""
        next_due: float | None = None
        for delay_s, lane in self.of(queue).items():
            if is_ripe(enqueued_at, delay_s, now):
                put(lane.contacts, key)
            elif next_due is None or enqueued_at + delay_s < next_due:
                next_due = enqueued_at + delay_s
        return next_due

    def remove_contact(self, queue: QueueId, key: PlaceKey) -> None:
        for lane in self.of(queue).values():
            take(lane.contacts, key)

    def best_agent(self, queue: QueueId, enqueued_at: float, now: float) -> AgentId | None:
        """The longest idle agent that may serve a contact of this queue."""
        heads = [
            lane.agents[0]
            for delay_s, lane in self.of(queue).items()
            if lane.agents and is_ripe(enqueued_at, delay_s, now)
        ]
        return min(heads)[1] if heads else None

    def best_contact(self, shares: Iterable[QueueShare]) -> ContactId | None:
        """The contact that an agent with these shares should get: queue priority first, then contact order."""
        best: tuple[int, PlaceKey] | None = None
        for share in shares:
            contacts = self._lanes[share.queue][share.delay_s].contacts
            if contacts and (best is None or (share.priority, contacts[0]) < best):
                best = (share.priority, contacts[0])
        return best[1][2] if best else None


def is_ripe(enqueued_at: float, delay_s: float, now: float) -> bool:
    """Whether a contact has waited `delay_s`; no delay needs no waiting, whatever the clock says."""
    return delay_s <= 0 or enqueued_at + delay_s <= now
