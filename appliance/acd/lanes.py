"""Where waiting contacts and available agents meet: sorted lists, so that a decision looks at heads only.

A lane belongs to a queue and a delay. It holds the contacts of the queue that have waited at least that long and have
no open offer, apart by what they ask of agents (`Need`, None: nothing), and the available agents whose share of the
queue has that delay. A contact stands in every lane it is ripe for, an agent in one lane per queue served. Knows keys
and needs only: no agent states, no offers, no time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import TypeVar

from appliance.acd.model import QueueShare
from appliance.acd.needs import Need
from appliance.ids import AgentId, ContactId, QueueId

PlaceKey = tuple[int, float, ContactId]  # priority, adjusted enqueue time, id: the smallest is served first
AgentKey = tuple[int, float, AgentId]  # turn in the queue, idle since, id: the smallest is offered first

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
    """`listeners` counts the agents configured for the lane, available or not; without any the lane is closed.
    `contacts` has no empty lists."""

    __slots__ = ("agents", "contacts", "listeners")

    def __init__(self) -> None:
        self.contacts: dict[Need | None, list[PlaceKey]] = {}
        self.agents: list[AgentKey] = []
        self.listeners = 0

    def put_contact(self, need: Need | None, key: PlaceKey) -> None:
        put(self.contacts.setdefault(need, []), key)

    def take_contact(self, need: Need | None, key: PlaceKey) -> None:
        keys = self.contacts.get(need)
        if keys is not None:
            take(keys, key)
            if not keys:
                del self.contacts[need]

    def first_agent(self, need: Need | None) -> AgentKey | None:
        """The first of those who meet `need`."""
        if need is None:
            return self.agents[0] if self.agents else None
        return next((key for key in self.agents if need.admits(key[2])), None)


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

    def add_agent(self, keys: Iterable[AgentKey], shares: Iterable[QueueShare]) -> None:
        """One key a share."""
        for key, share in zip(keys, shares, strict=True):
            put(self._lanes[share.queue][share.delay_s].agents, key)

    def remove_agent(self, keys: Iterable[AgentKey], shares: Iterable[QueueShare]) -> None:
        for key, share in zip(keys, shares, strict=True):
            take(self._lanes[share.queue][share.delay_s].agents, key)

    def add_contact(
        self, queue: QueueId, need: Need | None, key: PlaceKey, enqueued_at: float, now: float
    ) -> float | None:
        """Put the contact into every lane it is ripe for; when it will be ripe for the next, if there is one."""
        next_due: float | None = None
        for delay_s, lane in self.of(queue).items():
            if is_ripe(enqueued_at, delay_s, now):
                lane.put_contact(need, key)
            elif next_due is None or enqueued_at + delay_s < next_due:
                next_due = enqueued_at + delay_s
        return next_due

    def remove_contact(self, queue: QueueId, need: Need | None, key: PlaceKey) -> None:
        for lane in self.of(queue).values():
            lane.take_contact(need, key)

    def best_agent(self, queue: QueueId, need: Need | None, enqueued_at: float, now: float) -> AgentId | None:
        """The agent first in order that may serve a contact of this queue."""
        heads = [
            head
            for delay_s, lane in self.of(queue).items()
            if is_ripe(enqueued_at, delay_s, now) and (head := lane.first_agent(need)) is not None
        ]
        return min(heads)[2] if heads else None

    def best_contact(self, agent: AgentId, shares: Iterable[QueueShare]) -> ContactId | None:
        """The contact that `agent` with these shares should get: queue priority first, then contact order."""
        best: tuple[int, PlaceKey] | None = None
        for share in shares:
            for need, keys in self._lanes[share.queue][share.delay_s].contacts.items():
                found = (share.priority, keys[0])
                if (best is None or found < best) and (need is None or need.admits(agent)):
                    best = found
        return best[1][2] if best else None


def is_ripe(enqueued_at: float, delay_s: float, now: float) -> bool:
    """Whether a contact has waited `delay_s`; no delay needs no waiting, whatever the clock says."""
    return delay_s <= 0 or enqueued_at + delay_s <= now
