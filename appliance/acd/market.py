"""Finds the next pair: which contact goes to which agent. Holds the lanes and who became free since the last decision.

A contact that became free proposes to the longest idle agent who may have it; the agent takes the best of all that
wait. Then each agent that became free takes the best contact. Changes nothing but its own lists and makes no offers.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from appliance.acd.agents import Agent
from appliance.acd.lanes import AgentKey, Lanes, PlaceKey
from appliance.acd.lines import Line, Place
from appliance.acd.model import QueueShare
from appliance.acd.needs import Needs
from appliance.ids import AgentId, ContactId, QueueId

FreeKey = tuple[float, AgentId]  # idle since, id


class Market:
    """`loose` contacts and `free` agents have not been matched yet; heaps give them in order, stale keys skipped."""

    def __init__(
        self,
        agents: Mapping[AgentId, Agent],
        places: Mapping[ContactId, Place],
        lines: Mapping[QueueId, Line],
    ) -> None:
        self._agents = agents
        self._places = places
        self._lines = lines
        self._lanes = Lanes()
        self._needs = Needs(lambda agent: agents[agent].plan)
        self._loose: set[PlaceKey] = set()
        self._loose_heap: list[PlaceKey] = []
        self._free: set[FreeKey] = set()
        self._free_heap: list[FreeKey] = []

    def expose(self, place: Place, now: float) -> float | None:
        """Let agents get this contact who meet what it asks now: those without a delay at once; when that changes or it
        will be ripe for the next, if ever."""
        expression, until = place.asks(now, wished_is_there=self._is_there(place))
        need = self._needs.of(expression)
        if need is not place.need:
            self._lanes.remove_contact(place.queue, place.need, place.key)
            place.need = need
        if place.key not in self._loose:
            self._loose.add(place.key)
            heapq.heappush(self._loose_heap, place.key)
        ripe_at = self._lanes.add_contact(place.queue, need, place.key, place.enqueued_at, now)
        return min((at for at in (until, ripe_at) if at is not None), default=None)

    def _is_there(self, place: Place) -> bool:
        wished = self._agents.get(place.wished) if place.wished is not None else None
        return wished is not None and wished.present and wished.serves(place.queue)

    def hide(self, place: Place) -> None:
        """Nobody gets this contact now."""
        self._lanes.remove_contact(place.queue, place.need, place.key)
        self._loose.discard(place.key)

    def listen(self, shares: Iterable[QueueShare]) -> list[QueueId]:
        """An agent with these shares is employed; the queues whose waiting contacts must be exposed anew."""
        return self._lanes.listen(shares)

    def unlisten(self, shares: Iterable[QueueShare]) -> None:
        """An agent with these shares is no longer employed."""
        self._lanes.unlisten(shares)

    def relist(self, agent: Agent) -> None:
        """To be called after every change of an agent: lists who is available, at the right place."""
        keys = self._keys(agent) if agent.available else None
        if keys == agent.listed:
            return
        self.delist(agent)
        if keys is not None:
            self._lanes.add_agent(keys, agent.shares)
            agent.listed = keys
            key = _free_key(agent)
            self._free.add(key)
            heapq.heappush(self._free_heap, key)

    def _keys(self, agent: Agent) -> tuple[AgentKey, ...]:
        """The agent's place among those who serve a queue, one key a share."""
        since, lines = agent.free_since, self._lines
        return tuple(
            (line.turn_of(agent.id) if (line := lines.get(share.queue)) is not None else 0, since, agent.id)
            for share in agent.shares
        )

    def delist(self, agent: Agent) -> None:
        """The agent gets nothing now; to be called before its shares change."""
        if agent.listed is not None:
            self._lanes.remove_agent(agent.listed, agent.shares)
            self._free.discard(_free_key(agent))
            agent.listed = None

    def next_pair(self, now: float) -> tuple[Place, Agent] | None:
        """The next offer to be made; None when everybody who could be matched is. Each pair must be offered at once."""
        return self._pair_of_contact(now) or self._pair_of_agent(now)

    def _pair_of_contact(self, now: float) -> tuple[Place, Agent] | None:
        while self._loose_heap:
            key = self._loose_heap[0]
            place = self._places.get(key[2])
            if key in self._loose and place is not None:
                pair = self._proposal(place, now)
                if pair is not None:
                    return pair
            self._loose.discard(key)
            heapq.heappop(self._loose_heap)
        return None

    def _pair_of_agent(self, now: float) -> tuple[Place, Agent] | None:
        """What the agent would take is proposed to whoever's turn it is: of several who became free, maybe another."""
        while self._free_heap:
            key = self._free_heap[0]
            pair = self._best_for(self._agents[key[1]]) if key in self._free else None
            if pair is not None:
                return self._proposal(pair[0], now) or pair
            self._free.discard(key)
            heapq.heappop(self._free_heap)
        return None

    def _proposal(self, place: Place, now: float) -> tuple[Place, Agent] | None:
        """The contact's first agent, and what that one takes."""
        agent = self._lanes.best_agent(place.queue, place.need, place.enqueued_at, now)
        return self._best_for(self._agents[agent]) if agent is not None else None

    def _best_for(self, agent: Agent) -> tuple[Place, Agent] | None:
        contact = self._lanes.best_contact(agent.id, agent.shares)
        return (self._places[contact], agent) if contact is not None else None


def _free_key(agent: Agent) -> FreeKey:
    """Of a listed agent: as it was listed, even if the idle time is another by now."""
    assert agent.listed
    return (agent.listed[0][1], agent.id)
