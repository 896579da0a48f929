"""The ACD: decides which contact is offered to which agent and when. Pure; the clock is passed in.

Give it one event at a time with `now` (CLOCK_BOOTTIME seconds, never going back) and carry out the commands in their
order. Call `handle_timer` when `next_timer` has come. Unknown ids have no effect: events can be late.

After a restart tell the queues and agents, then `handle_together` the waiting contacts (`forced`, original enqueue
times, `offers_made`) and what the store knew of the agents, in any order; last, what has been reported since. A contact
may also come later, when its process is back: an agent who rang for it keeps ringing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from appliance.acd import arrivals, offers, restoring, ringing, seating, snapshots, staff, turn
from appliance.acd.commands import AcdCommand
from appliance.acd.events import (
    AcdEvent,
    AgentConfigured,
    AgentEngaged,
    AgentReleased,
    AgentRemoved,
    AgentSeated,
    AgentStateRestored,
    AgentStatusSet,
    ContactArrived,
    ContactLeft,
    OfferAnswered,
    OfferMissed,
    QueueConfigured,
    QueueRemoved,
    WrapUpCleared,
    WrapUpExtended,
)
from appliance.acd.floor import Floor
from appliance.acd.timers import TimerKey, TimerKind
from appliance.ids import AgentId, ContactId, QueueId, agent_of_queue


def _queue_configured(floor: Floor, event: QueueConfigured, _now: float) -> None:
    seating.open_line(floor, event.queue)


def _queue_removed(floor: Floor, event: QueueRemoved, _now: float) -> None:
    seating.close_line(floor, event.queue)


Handler = Callable[[Floor, Any, float], None]
HANDLERS: Mapping[type[AcdEvent], Handler] = MappingProxyType(
    {
        QueueConfigured: _queue_configured,
        QueueRemoved: _queue_removed,
        AgentConfigured: staff.agent_configured,
        AgentRemoved: staff.agent_removed,
        ContactArrived: arrivals.contact_arrived,
        ContactLeft: arrivals.contact_left,
        OfferAnswered: offers.offer_answered,
        OfferMissed: offers.offer_missed,
        AgentEngaged: staff.agent_engaged,
        AgentReleased: staff.agent_released,
        AgentStatusSet: staff.status_set,
        AgentSeated: staff.agent_seated,
        WrapUpCleared: staff.wrap_up_cleared,
        WrapUpExtended: staff.wrap_up_extended,
        AgentStateRestored: restoring.state_restored,
    }
)


class Acd:
    """The queues and agents of one box."""

    def __init__(self) -> None:
        self._floor = Floor()

    def handle(self, event: AcdEvent, now: float) -> list[AcdCommand]:
        """Take note of `event`; what is to be done about it, AgentStateChanged first."""
        return self.handle_together((event,), now)

    def handle_together(self, events: Iterable[AcdEvent], now: float) -> list[AcdCommand]:
        """Take note of all `events` before anything is decided: how to tell what was before a restart."""
        for event in events:
            HANDLERS[type(event)](self._floor, event, now)
        return turn.finish(self._floor, now)

    def next_timer(self) -> float | None:
        """When `handle_timer` is wanted next, on the scale of `now`; None: not before another event."""
        return self._floor.timers.next_due()

    def handle_timer(self, now: float) -> list[AcdCommand]:
        """Do what has become due by `now`; nothing if called early."""
        while (key := self._floor.timers.pop(now)) is not None:
            self._ring_out(key, now)
        return turn.finish(self._floor, now)

    def _ring_out(self, key: TimerKey, now: float) -> None:
        kind, name, detail = key
        match kind:
            case TimerKind.LEASE:
                offers.lease_expired(self._floor, ContactId(name), now)
            case TimerKind.PAUSE:
                seating.resume(self._floor, self._floor.places[ContactId(name)], now)
            case TimerKind.RIPE:
                seating.expose(self._floor, self._floor.places[ContactId(name)], now)
            case TimerKind.DUE:
                seating.come_due(self._floor, self._floor.places[ContactId(name)], now)
            case TimerKind.CLAIM:
                ringing.end_claim(self._floor, ContactId(detail), now)
            case TimerKind.WRAP_UP:
                staff.wrap_up_expired(self._floor, AgentId(name), ContactId(detail), now)

    def agents(self) -> tuple[AgentId, ...]:
        """Ids of the agents, sorted."""
        return tuple(sorted(self._floor.agents))

    def queues(self) -> tuple[QueueId, ...]:
        """Ids of the queues, sorted; a removed queue is among them until its last contact has gone. Agents' own queues
        are not."""
        return tuple(sorted(queue for queue in self._floor.lines if agent_of_queue(queue) is None))

    def waiting(self, queue: QueueId) -> tuple[ContactId, ...]:
        """The contacts that hold a place, first to be served first; one being offered keeps its place."""
        line = self._floor.lines.get(queue)
        return tuple(key[2] for key in line.keys) if line else ()

    def queue_snapshot(self, queue: QueueId, now: float) -> snapshots.QueueSnapshot | None:
        """The queue and the agents serving it; None for an unknown queue."""
        line = self._floor.lines.get(queue)
        if line is None:
            return None
        places = (self._floor.places[key[2]] for key in line.keys)
        serving = (agent for agent in self._floor.agents.values() if agent.serves(queue))
        return snapshots.show_queue(line, places, serving, now)

    def agent_snapshot(self, agent: AgentId) -> snapshots.AgentSnapshot | None:
        """None for an unknown agent."""
        known = self._floor.agents.get(agent)
        return snapshots.show_agent(known) if known else None
