"""The one thread that touches the store, so that no disk is ever waited for on the event loop.

Everything runs in the order in which it was asked for. Must not know what is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from appliance.errors import StoreError
from appliance.store.store import Store

Answer = TypeVar("Answer")


class StoreThread:
    """Between `open` and `close`, `run` does work on the store in its thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._store: Store | None = None

    async def open(self) -> None:
        """Take the writer's lock and bring the schema up to date. Raises StoreError (StoreLockedError …)."""
        self._store = await self._in_thread(lambda: Store.open(self._path))

    async def run(self, work: Callable[[Store], Answer]) -> Answer:
        """What `work` returns or raises. Raises StoreError when the store isn't open."""
        store = self._store
        if store is None:
            raise StoreError(f"store {self._path} is not open; start the switchboard first")
        return await self._in_thread(lambda: work(store))

    async def close(self) -> None:
        """After everything asked for before has been done. Safe to call twice."""
        store, self._store = self._store, None
        if store is not None:
            await self._in_thread(store.close)
        self._executor.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)
