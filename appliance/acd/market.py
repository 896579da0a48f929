"""Finds the next pair: which contact goes to which agent. Holds the lanes and who became free since the last decision.

A contact that became free proposes to the longest idle agent who may have it; the agent takes the best of all that
wait. Then each agent that became free takes the best contact. Changes nothing but its own lists and makes no offers.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from appliance.acd.agents import Agent
from appliance.acd.lanes import AgentKey, Lanes, PlaceKey
from appliance.acd.lines import Place
from appliance.acd.model import QueueShare
from appliance.ids import AgentId, ContactId, QueueId


class Market:
    """`loose` contacts and `free` agents have not been matched yet; heaps give them in order, stale keys skipped."""

    def __init__(self, agents: Mapping[AgentId, Agent], places: Mapping[ContactId, Place]) -> None:
        self._agents = agents
        self._places = places
        self._lanes = Lanes()
        self._loose: set[PlaceKey] = set()
        self._loose_heap: list[PlaceKey] = []
        self._free: set[AgentKey] = set()
        self._free_heap: list[AgentKey] = []

    def expose(self, place: Place, now: float) -> float | None:
        """Let agents get this contact: those without a delay now; when it will be ripe for the next, if for any."""
        if place.key not in self._loose:
            self._loose.add(place.key)
            heapq.heappush(self._loose_heap, place.key)
        return self._lanes.add_contact(place.queue, place.key, place.enqueued_at, now)

    def hide(self, place: Place) -> None:
        """Nobody gets this contact now."""
        self._lanes.remove_contact(place.queue, place.key)
        self._loose.discard(place.key)

    def listen(self, shares: Iterable[QueueShare]) -> list[QueueId]:
        """An agent with these shares is employed; the queues whose waiting contacts must be exposed anew."""
        return self._lanes.listen(shares)

    def unlisten(self, shares: Iterable[QueueShare]) -> None:
        """An agent with these shares is no longer employed."""
        self._lanes.unlisten(shares)

    def relist(self, agent: Agent) -> None:
        """To be called after every change of an agent: lists who is available, at the right place."""
        key = agent.order if agent.available else None
        if key == agent.listed:
            return
        self.delist(agent)
        if key is not None:
            self._lanes.add_agent(key, agent.shares)
            agent.listed = key
            self._free.add(key)
            heapq.heappush(self._free_heap, key)

    def delist(self, agent: Agent) -> None:
        """The agent gets nothing now; to be called before its shares change."""
        if agent.listed is not None:
            self._lanes.remove_agent(agent.listed, agent.shares)
            self._free.discard(agent.listed)
            agent.listed = None

    def next_pair(self, now: float) -> tuple[Place, Agent] | None:
        """The next offer to be made; None when everybody who could be matched is. Each pair must be offered at once."""
        return self._pair_of_contact(now) or self._pair_of_agent()

    def _pair_of_contact(self, now: float) -> tuple[Place, Agent] | None:
        while self._loose_heap:
            key = self._loose_heap[0]
            place = self._places.get(key[2])
            if key in self._loose and place is not None:
                agent = self._lanes.best_agent(place.queue, place.enqueued_at, now)
                pair = self._best_for(self._agents[agent]) if agent is not None else None
                if pair is not None:
                    return pair
            self._loose.discard(key)
            heapq.heappop(self._loose_heap)
        return None

    def _pair_of_agent(self) -> tuple[Place, Agent] | None:
        while self._free_heap:
            key = heapq.heappop(self._free_heap)
            if key in self._free:
                self._free.discard(key)
                pair = self._best_for(self._agents[key[1]])
                if pair is not None:
                    return pair
        return None

    def _best_for(self, agent: Agent) -> tuple[Place, Agent] | None:
        contact = self._lanes.best_contact(agent.shares)
        return (self._places[contact], agent) if contact is not None else None
