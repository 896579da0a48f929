"""The API operations that measure: reports over the past, the instant, all that the wallboard shows; and Prometheus.

Reports read the store beside its writer in a thread of their own, so that no event of a contact waits for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from appliance.acd.machine import Acd
from appliance.clock import Clock
from appliance.edge.rpc import AsyncEdgeLink
from appliance.metrics.reports import Json
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.live import Live
from appliance.switchboard.edge_watch import NAMES
from appliance.switchboard.measuring.exposition import Scrape, exposed
from appliance.switchboard.measuring.instant import instant_points, of_branch, of_queue
from appliance.switchboard.measuring.last_minute import LastMinute
from appliance.switchboard.measuring.present import Present
from appliance.switchboard.measuring.questions import MetricsNow, MetricsQuery, report_now
from appliance.switchboard.measuring.reports import local_zone, report_from
from appliance.switchboard.measuring.scrape_server import ScrapeServer
from appliance.switchboard.measuring.wallboard import Wallboard
from appliance.switchboard.settings import Settings
from appliance.switchboard.store_thread import StoreThread

Operation = tuple[type[ask.Arguments], Callable[[Any], Awaitable[Any]]]


class Measuring:
    """Between `start` and `stop` it minds the minutes and serves Prometheus, if configured; the operations are there
    as long as the API is."""

    def __init__(
        self,
        *,
        live: Live,
        present: Present,
        store: StoreThread,
        acd: Acd,
        edge: AsyncEdgeLink,
        settings: Settings,
        clock: Clock,
    ) -> None:
        configuration = settings.configuration.metrics
        self._path = settings.paths.store
        self._store = store
        self._present = present
        self._clock = clock
        self._wallboard = Wallboard(live=live, store=store, edge=edge, settings=settings, clock=clock)
        self.minute = LastMinute(store=store, acd=acd, clock=clock, keep_days=configuration.keep_days)
        self.scrapes = None if configuration.listen is None else ScrapeServer(configuration.listen, self.scrape)
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Raises RequestError where metrics.listen can't be used, StoreError."""
        await self.minute.start()
        if self.scrapes is not None:
            await self.scrapes.start()

    async def stop(self) -> None:
        """Safe to call twice, and after a start that failed."""
        if self.scrapes is not None:
            await self.scrapes.stop()
        await self.minute.stop()

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
        points = [*instant_points(await self._wallboard.look(), self._current()), *self.minute.points]
        if given.by_queue:
            rows = [(name, {**values, **of_queue(points, name)}) for name, values in self._current().items()]
            return report_now(rows, given, self._clock().wall_s, local_zone())
        whole = {**present.of_all(), **of_branch(points)}
        return report_now([(None, whole)], given, self._clock().wall_s, local_zone())

    def _current(self) -> dict[str, Json]:
        return {str(queue): self._present.of_queue(queue) or {} for queue in self._present.queues()}

    async def scrape(self, accept: str) -> tuple[bytes, str]:
        """The document for Prometheus and its content type. Raises ApplianceError."""
        board = await self._wallboard.look()
        totals, recordings = await self._store.run(_counted)
        scrape = Scrape(
            board=board,
            current=self._current(),
            points=self.minute.points,
            totals=totals,
            recordings=recordings,
        )
        return exposed(scrape, accept)


def _counted(store: Store) -> tuple[dict[str, int], dict[str, int]]:
    totals = {field: store.counters.total(name) for field, name in NAMES.items()}
    return totals, store.recordings.count_by_status()
