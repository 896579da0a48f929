"""What the ACD shows of agents and queues, as the picture of the lamps needs it. Reads only."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.acd.snapshots import AgentSnapshot
from appliance.ids import QueueId
from appliance.switchboard.routing.routing import Routing


class AcdFloor:
    """Implements `picture.Floor`; nothing is shown while routing is held, because nobody is known yet."""

    def __init__(self, routing: Routing) -> None:
        self._routing = routing

    def agents(self) -> Iterator[AgentSnapshot]:
        acd = self._routing.acd
        for agent in () if self._routing.held else acd.agents():
            if (snapshot := acd.agent_snapshot(agent)) is not None:
                yield snapshot

    def waiting(self) -> Iterator[QueueId]:
        acd = self._routing.acd
        for queue in () if self._routing.held else acd.queues():
            if acd.waiting(queue):
                yield queue
