"""The API operations that measure: reports over the past, the instant, all that the wallboard shows; and Prometheus.

Reports read the store beside its writer in a thread of their own, so that no event of a contact waits for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from appliance.clock import Clock
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.edge_watch import NAMES
from appliance.switchboard.measuring.exposition import Scrape, exposed
from appliance.switchboard.measuring.last_minute import LastMinute
from appliance.switchboard.measuring.present import Present
from appliance.switchboard.measuring.questions import Json, MetricsNow, MetricsQuery, report_now
from appliance.switchboard.measuring.reports import local_zone, report_from
from appliance.switchboard.measuring.wallboard import Wallboard
from appliance.switchboard.store_thread import StoreThread

Operation = tuple[type[ask.Arguments], Callable[[Any], Awaitable[Any]]]


class Measuring:
    """`path`: the file of the store; it exists once the switchboard has started."""

    def __init__(
        self,
        *,
        path: Path,
        store: StoreThread,
        present: Present,
        wallboard: Wallboard,
        minute: LastMinute,
        clock: Clock,
    ) -> None:
        self._path = path
        self._store = store
        self._present = present
        self._wallboard = wallboard
        self._minute = minute
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    @property
    def operations(self) -> Mapping[str, Operation]:
        """By name, for the API."""
        return {
            "metrics.query": (MetricsQuery, self.query),
            "metrics.now": (MetricsNow, self.now),
            "wallboard": (ask.Nothing, lambda _: self._wallboard.look()),
        }

    async def query(self, given: MetricsQuery) -> Json:
        """See `questions.report`; one at a time, the machine has other things to do. Raises RequestError."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(report_from, self._path, self._clock, given)

    async def now(self, given: MetricsNow) -> Json:
        """See `questions.report_now`. Raises RequestError."""
        present = self._present
        rows = [(queue, present.of_queue(queue) or {}) for queue in present.queues()] if given.by_queue else []
        whole = [] if given.by_queue else [(None, present.of_all())]
        return report_now([*rows, *whole], given, self._clock().wall_s, local_zone())

    async def scrape(self, accept: str) -> tuple[bytes, str]:
        """The document for Prometheus and its content type. Raises ApplianceError."""
        board = await self._wallboard.look()
        totals, recordings = await self._store.run(_counted)
        scrape = Scrape(
            board=board,
            current={str(queue): self._present.of_queue(queue) or {} for queue in self._present.queues()},
            points=self._minute.points,
            totals=totals,
            recordings=recordings,
        )
        return exposed(scrape, accept)


def _counted(store: Store) -> tuple[dict[str, int], dict[str, int]]:
    totals = {field: store.counters.total(name) for field, name in NAMES.items()}
    return totals, store.recordings.count_by_status()
