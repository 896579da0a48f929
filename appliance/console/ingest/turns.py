"""Boxes that catch up wait for their turn, so that live states and people always find a free connection.

Nothing of a batch is read before its turn: a thousand of them would fill the memory. Must not favour anybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from appliance.console.errors import UnavailableError

AT_ONCE = 4  # batches of one process; more than that doesn't make PostgreSQL quicker
PATIENCE_S = 30.0  # a box waits a minute for an answer


class Turns:
    """First come, first served."""

    def __init__(self, at_once: int = AT_ONCE, *, patience_s: float = PATIENCE_S) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._patience_s = patience_s

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Raises UnavailableError where it takes too long."""
        try:
            async with asyncio.timeout(self._patience_s):
                await self._free.acquire()
        except TimeoutError:
            raise UnavailableError("too many boxes catch up at once; come again in a moment") from None
        try:
            yield
        finally:
            self._free.release()
