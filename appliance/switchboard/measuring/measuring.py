"""The API operations that measure: reports over the past, the instant, and all that a live board shows.

Reports read the store beside its writer in a thread of their own, so that no event of a contact waits for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from appliance.clock import Clock
from appliance.switchboard import requests as ask
from appliance.switchboard.measuring.present import Present
from appliance.switchboard.measuring.questions import Json, MetricsNow, MetricsQuery, report_now
from appliance.switchboard.measuring.reports import local_zone, report_from

Operation = tuple[type[ask.Arguments], Callable[[Any], Awaitable[Any]]]


class Measuring:
    """`store`: the file of the store; it exists once the switchboard has started."""

    def __init__(self, *, store: Path, present: Present, clock: Clock) -> None:
        self._store = store
        self._present = present
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    @property
    def operations(self) -> Mapping[str, Operation]:
        """By name, for the API."""
        return {"metrics.query": (MetricsQuery, self.query), "metrics.now": (MetricsNow, self.now)}

    async def query(self, given: MetricsQuery) -> Json:
        """See `questions.report`; one at a time, the machine has other things to do. Raises RequestError."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(report_from, self._store, self._clock, given)

    async def now(self, given: MetricsNow) -> Json:
        """See `questions.report_now`. Raises RequestError."""
        present = self._present
        rows = [(queue, present.of_queue(queue) or {}) for queue in present.queues()] if given.by_queue else []
        whole = [] if given.by_queue else [(None, present.of_all())]
        return report_now([*rows, *whole], given, self._clock().wall_s, local_zone())
