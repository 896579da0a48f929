"""Once a minute: CloudWatch's data points from what was stored meanwhile, old history pruned, a sign of life.

Reads the new events behind everything that waits for the store. Must not be waited for by anybody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from appliance.acd.machine import Acd
from appliance.clock import Clock
from appliance.errors import StoreError
from appliance.ids import QueueId
from appliance.metrics.minute import PERIOD_S, Minute, Point
from appliance.store.store import Store
from appliance.switchboard.store_thread import StoreThread
from appliance.switchboard.tasks import end

logger = logging.getLogger(__name__)

SIGN_OF_LIFE = 10  # minutes between writes that say that the box is alive: so much agents' time a power cut may cost
PRUNING = 24 * 60  # minutes between looks for history that is older than it has to be
PIECE = 500  # events read at a time: calls wait for the store's thread, and memory once taken is not given back


class LastMinute:
    """`points` of the last whole minute, between `start` and `stop`. keep_days: how long agents' states are kept."""

    def __init__(self, *, store: StoreThread, acd: Acd, clock: Clock, keep_days: int) -> None:
        self._store = store
        self._acd = acd
        self._clock = clock
        self._keep_days = keep_days
        self._minute = Minute()
        self._seen = -1
        self._counted: dict[str, int] = {}
        self._turns = 0
        self._task: asyncio.Task[None] | None = None
        self.points: list[Point] = []

    async def start(self) -> None:
        """What was stored before is of no minute any more, but who waits in it still waits."""
        await self._store.run(self._begin)
        self._task = asyncio.create_task(self._run(), name="last minute")

    async def stop(self) -> None:
        """Safe to call twice."""
        if self._task is not None:
            await end((self._task,))
            self._task = None

    async def turn(self) -> None:
        """A minute is over."""
        until = await self._store.run(lambda store: store.events.newest())
        while self._seen < until:
            await self._store.run(self._read)
        grown = await self._store.run(self._count)
        now_s = self._clock().mono_s
        waiting: dict[QueueId, float] = {}
        for queue in self._acd.queues():
            snapshot = self._acd.queue_snapshot(queue, now_s)
            if snapshot is not None and snapshot.contacts_in_queue:
                waiting[queue] = snapshot.oldest_age_s
        self.points = self._minute.points(waiting, grown)
        self._turns += 1

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(PERIOD_S)
            try:
                await self.turn()
            except StoreError as error:
                logger.warning("the last minute can't be measured: %s", error)

    def _begin(self, store: Store) -> None:
        self._seen = store.events.newest()
        self._counted = {name: store.counters.total(name) for name in self._minute.counters}
        for row in store.contacts.under_way():
            for event in store.events.of_contact(row.contact):
                self._minute.note(event)
        self._minute.points({}, {})

    def _read(self, store: Store) -> None:
        self._seen, events = store.events.after(self._seen, limit=PIECE)
        for event in events:
            self._minute.note(event)

    def _count(self, store: Store) -> Mapping[str, int]:
        """How far each of the store's counters has come since the last minute; the chores of some minutes."""
        if self._turns % SIGN_OF_LIFE == 0:
            store.boots.seen(self._clock())
        if self._turns % PRUNING == 0:
            store.agent_states.forget_before(self._clock().wall_s - self._keep_days * 86_400)
        before, self._counted = self._counted, {name: store.counters.total(name) for name in self._minute.counters}
        return {name: count - before.get(name, 0) for name, count in self._counted.items()}
