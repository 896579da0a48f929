"""The one thread that touches `sync.db` (and reads the store beside it), so that no disk is waited for on the loop.

Everything runs in the order in which it was asked for. Must not know what is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from appliance.errors import SyncError
from appliance.store.connection import Connection
from appliance.sync.state.steps import STEPS

Answer = TypeVar("Answer")


def open_state(path: Path) -> Connection:
    """`sync.db`, made and brought up to date as needed. Raises StoreError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return Connection.private(path, STEPS)


def open_state_reader(path: Path) -> Connection | None:
    """The same, for reading beside the service; None where it was never made or is being made. Raises StoreError."""
    return Connection.private_reader(path, STEPS)


class StateThread:
    """Between `open` and `close`, `run` works on the file in its thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="state")
        self._connection: Connection | None = None

    async def open(self) -> None:
        """Raises StoreError, OSError."""
        self._connection = await self._in_thread(lambda: open_state(self._path))

    async def run(self, work: Callable[[Connection], Answer]) -> Answer:
        """What `work` returns or raises. Raises SyncError when the file isn't open."""
        connection = self._connection
        if connection is None:
            raise SyncError(f"{self._path} is not open; start the sync service first")
        return await self._in_thread(lambda: work(connection))

    async def close(self) -> None:
        """After everything asked for before has been done. Safe to call twice."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._in_thread(connection.close)
        self._executor.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)
