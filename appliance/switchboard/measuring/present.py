"""The real-time metrics of this instant: the ACD's queues and agents, the contacts under way, today's numbers.

By queue or of the whole branch. Reads only.
"""

from __future__ import annotations

from datetime import datetime

from appliance.acd.machine import Acd
from appliance.clock import Clock
from appliance.ids import QueueId
from appliance.metrics.current import Current, current, scene_of_all, scene_of_queue
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.measuring.todays_numbers import QueueNumbers, TodaysNumbers


class Present:
    """`acd` is asked for at every look: it may be another one."""

    def __init__(self, *, acd: Acd, contacts: Contacts, numbers: TodaysNumbers, clock: Clock) -> None:
        self._acd = acd
        self._contacts = contacts
        self._numbers = numbers
        self._clock = clock

    def queues(self) -> tuple[QueueId, ...]:
        """Every queue the ACD knows."""
        return tuple(self._acd.queues())

    def of_queue(self, queue: QueueId) -> Current | None:
        """The metrics of section 3 by name, None for an unknown queue."""
        snapshot = self._acd.queue_snapshot(queue, self._clock().mono_s)
        if snapshot is None:
            return None
        wrapping_up = sum(len(state.working) for state in self._contacts.under_way() if state.queue == queue)
        scene = scene_of_queue(snapshot, wrapping_up=wrapping_up, handle_s=self.today(queue).handle_s)
        return current(scene)

    def of_all(self) -> Current:
        """The same of the whole branch."""
        now_s = self._clock().mono_s
        queues = [self._acd.queue_snapshot(name, now_s) for name in self._acd.queues()]
        agents = [self._acd.agent_snapshot(name) for name in self._acd.agents()]
        wrapping_up = sum(len(state.working) for state in self._contacts.under_way())
        scene = scene_of_all(filter(None, queues), filter(None, agents), wrapping_up=wrapping_up)
        return current(scene)

    def today(self, queue: QueueId) -> QueueNumbers:
        """The queue's numbers of the box's calendar day."""
        return self._numbers.of(queue, calendar_day(self._clock().wall_s))


def calendar_day(wall_s: float) -> str:
    """The box's calendar day of an instant: `2026-11-22`."""
    return datetime.fromtimestamp(wall_s).astimezone().strftime("%Y-%m-%d")
