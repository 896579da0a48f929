"""Writes of the call path, grouped: whatever was asked for while the last commit ran goes into the next one.

One transaction and one fsync for many events is what keeps 40 calls cheap. What a contact process says in one breath
comes in several reads, so the first entry waits a moment for company; an entry that nobody waits for waits longer
(nothing is lost by that: it is in a journal, and not acknowledged yet). Order is kept. A full disk loses nothing:
the group is tried again until there is room, and nobody is told that it was stored before it is. Calls go on
meanwhile: an entry may say what has to be done even though it can't be stored yet.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.errors import StoreError
from appliance.store.failures import StoreFullError
from appliance.store.store import Store
from appliance.switchboard.store_thread import StoreThread
from appliance.switchboard.tasks import end

logger = logging.getLogger(__name__)

RETRY_S = 1.0
MOST_AT_ONCE = 256  # entries of one transaction
GATHER_S = 0.002  # how long the first entry waits; about what a commit takes
LEISURE_S = 0.1  # how long one does that nobody waits for


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`write` runs in the store's thread, inside a transaction; `then` on the loop, once it is committed or refused."""

    write: Callable[[Store], None]
    then: Callable[[StoreError | None], None]
    meanwhile: Callable[[], None] | None = None  # the disk is full: act now, `then` follows some time later


class Ledger:
    """Runs as one task from `start` to `stop`."""

    def __init__(self, store: StoreThread) -> None:
        self._store = store
        self._entries: list[Entry] = []
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None
        self._full = False
        self._leisure: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="ledger")

    @property
    def full(self) -> bool:
        """Whether nothing can be stored just now because the disk is full."""
        return self._full

    def put(
        self,
        write: Callable[[Store], None],
        then: Callable[[StoreError | None], None] | None = None,
        *,
        meanwhile: Callable[[], None] | None = None,
        urgent: bool = True,
    ) -> None:
        """Write with the next group. `then` hears None, or the error that kept this entry from being stored."""
        entry = Entry(write=write, then=then or _report, meanwhile=meanwhile)
        self._entries.append(entry)
        self._idle.clear()
        if urgent:
            self._wake.set()
        elif self._leisure is None:
            self._leisure = asyncio.get_running_loop().call_later(LEISURE_S, self._wake.set)
        if self._full:
            asyncio.get_running_loop().call_soon(_act, entry)

    async def write(self, write: Callable[[Store], None]) -> None:
        """Write with the next group and wait for it. Raises the StoreError that kept it from being stored."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def then(error: StoreError | None) -> None:
            if done.done():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        self.put(write, then)
        await done

    async def caught_up(self) -> None:
        """Until everything asked for so far is stored and acted upon, or only acted upon because the disk is full."""
        if self._idle.is_set():
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def finish(_error: StoreError | None = None) -> None:
            if not done.done():
                done.set_result(None)

        self.put(_nothing, finish, meanwhile=finish)
        await done

    async def written(self) -> None:
        """Until everything asked for so far, and what followed from it, is stored."""
        if self._entries:
            self._wake.set()
        await self._idle.wait()

    async def stop(self, *, patience_s: float = 5.0) -> None:
        """Write what is left (giving up after `patience_s` on a full disk), then end."""
        if self._task is None:
            return
        try:
            await asyncio.wait_for(self.written(), patience_s)
        except TimeoutError:
            logger.error("%d writes could not be stored; the journals still hold them", len(self._entries))
        self._end_leisure()
        await end((self._task,))
        self._task = None

    async def _run(self) -> None:
        while True:
            if not self._wake.is_set():
                await self._wake.wait()
                await asyncio.sleep(GATHER_S)
            group, self._entries = self._entries[:MOST_AT_ONCE], self._entries[MOST_AT_ONCE:]
            if not self._entries:
                self._wake.clear()
                self._end_leisure()
            for entry, error in zip(group, await self._stored(group), strict=True):
                _tell(entry, error)
            if not self._entries:
                self._idle.set()

    def _end_leisure(self) -> None:
        if self._leisure is not None:
            self._leisure.cancel()
            self._leisure = None

    async def _stored(self, group: Sequence[Entry]) -> Sequence[StoreError | None]:
        while True:
            try:
                results = await self._store.run(lambda store: _write(store, group))
            except StoreFullError as error:
                self._begin_waiting(error, group)
                await asyncio.sleep(RETRY_S)
            else:
                self._full = False
                return results

    def _begin_waiting(self, error: StoreFullError, group: Sequence[Entry]) -> None:
        if self._full:
            return
        logger.error("%s; trying again every %g s, calls go on", error, RETRY_S)
        self._full = True
        for entry in (*group, *self._entries):
            _act(entry)


def _nothing(_store: Store) -> None:
    return None


def _write(store: Store, group: Sequence[Entry]) -> Sequence[StoreError | None]:
    try:
        with store.transaction():
            for entry in group:
                entry.write(store)
    except StoreFullError:
        raise
    except StoreError:
        return _write_apart(store, group)
    return [None] * len(group)


def _write_apart(store: Store, group: Sequence[Entry]) -> Sequence[StoreError | None]:
    """One transaction an entry, so that a faulty one takes nobody else with it."""
    found: list[StoreError | None] = []
    for entry in group:
        try:
            with store.transaction():
                entry.write(store)
        except StoreFullError:
            raise
        except StoreError as error:
            found.append(error)
        else:
            found.append(None)
    return found


def _report(error: StoreError | None) -> None:
    if error is not None:
        logger.error("could not store: %s", error)


def _act(entry: Entry) -> None:
    if entry.meanwhile is not None:
        _guarded(entry.meanwhile)


def _tell(entry: Entry, error: StoreError | None) -> None:
    _guarded(lambda: entry.then(error))


def _guarded(deed: Callable[[], None]) -> None:
    try:
        deed()
    except Exception:  # a fault over one contact must not stop the writing for all others
        logger.exception("what follows a write failed in an unforeseen way")
