"""Tasks beside the daemon's own: ended in order, and looks that many may wish for at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable


async def end(tasks: Iterable[asyncio.Task[None] | None]) -> None:
    """Cancel what still runs and wait until it has gone. What it raised is not told again."""
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


class Looking:
    """`look` at what may have changed: one at a time, and once more where somebody wished it meanwhile."""

    def __init__(self, look: Callable[[], Awaitable[None]], *, name: str) -> None:
        self._look = look
        self._name = name
        self._task: asyncio.Task[None] | None = None
        self._wished = False

    def wish(self) -> None:
        """Soon; many wishes at once are one look."""
        self._wished = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._go_on(), name=self._name)

    async def stop(self) -> None:
        """Safe to call twice."""
        task, self._task = self._task, None
        await end((task,))

    async def _go_on(self) -> None:
        while self._wished:
            self._wished = False
            await self._look()
