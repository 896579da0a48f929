"""Follows the edge: whether it answers, since when, and what it has counted, day by day.

Kamailio forgets its counters when it is restarted; here their growth goes into the store's daily counters. Whatever
it counted between the last look and its end is lost: a few seconds' worth. Must not decide anything.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import msgspec

from appliance.clock import Clock
from appliance.edge.requests import EdgeCounters, counters, started
from appliance.edge.rpc import AsyncEdgeLink
from appliance.errors import EdgeError, StoreError
from appliance.stamps import Stamp
from appliance.store.store import Store
from appliance.switchboard.store_thread import StoreThread
from appliance.switchboard.tasks import end

logger = logging.getLogger(__name__)

PERIOD_S = 10.0
NAMES = {
    "refused_contacts": "RefusedContacts",
    "unknown_numbers": "MisconfiguredPhoneNumbers",
    "unknown_sources": "UnknownSources",
    "wrong_passwords": "WrongPasswords",
    "floods": "Floods",
    "malformed": "MalformedRequests",
    "dead_slots": "SilentContactProcesses",
}


class EdgeView(msgspec.Struct, frozen=True, kw_only=True):
    """`answers` has been so since `since`, as far as this switchboard knows; `today`: counts of the UTC day by the
    field names of `EdgeCounters`."""

    answers: bool
    since: Stamp
    today: Mapping[str, int]


class EdgeWatch:
    """Looks every few seconds between `start` and `stop`, and whenever somebody wants to know."""

    def __init__(self, *, edge: AsyncEdgeLink, store: StoreThread, clock: Clock) -> None:
        self._edge = edge
        self._store = store
        self._clock = clock
        self._answers: bool | None = None
        self._since = clock()
        self._turn = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="edge watch")

    async def stop(self) -> None:
        """After a last look, so that nothing counted so far is lost."""
        if self._task is not None:
            await end((self._task,))
            await self.look()
            self._task = None

    @property
    def answers(self) -> bool:
        """Whether it did at the last look; a box that is just starting is believed in."""
        return self._answers is not False

    @property
    def state(self) -> str:
        """The same in a word: starting, answers, silent."""
        return {None: "starting", True: "answers", False: "silent"}[self._answers]

    async def look(self) -> EdgeView:
        """Ask now. Takes as long as the edge's link waits for an answer."""
        async with self._turn:
            found = await self._ask()
            self._note(answers=found is not None)
            today = await self._count(found)
        return EdgeView(answers=found is not None, since=self._since, today=today)

    async def _run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(PERIOD_S)

    async def _ask(self) -> tuple[str, EdgeCounters] | None:
        try:
            return await self._edge.run(started()), await self._edge.run(counters())
        except EdgeError as error:
            if self._answers is None:  # the box is just starting
                logger.info("the edge does not answer yet: %s", error)
            elif self._answers:
                logger.warning("the edge does not answer any more: %s", error)
            return None

    def _note(self, *, answers: bool) -> None:
        if answers is self._answers:
            return
        if answers:
            logger.info("the edge answers")
        self._answers, self._since = answers, self._clock()

    async def _count(self, found: tuple[str, EdgeCounters] | None) -> Mapping[str, int]:
        """A full disk costs nothing: what could not be counted now is still new at the next look."""
        now = self._clock()

        def count(store: Store) -> dict[str, int]:
            if found is not None:
                run, seen = found
                store.counters.follow({name: getattr(seen, field) for field, name in NAMES.items()}, run=run, at=now)
            return store.counters.of_day(now)

        try:
            stored = await self._store.run(count)
        except StoreError as error:
            logger.warning("the edge's counters can't be stored now: %s", error)
            stored = await self._store.run(lambda store: store.counters.of_day(now))
        return {field: stored.get(name, 0) for field, name in NAMES.items()}
