"""Work on the database that isn't torn apart when its task is cancelled: what has begun is finished first.

Cancelling a task inside a transaction throws its connection away half-way, and with the driver of SQLite the thread
behind it may then be waited for in vain. Short work only: who cancels waits for it.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

Told = ParamSpec("Told")
Result = TypeVar("Result")


def finished(work: Callable[Told, Coroutine[Any, Any, Result]]) -> Callable[Told, Coroutine[Any, Any, Result]]:
    """The same coroutine function; cancelled, it raises CancelledError when its work is done."""

    @functools.wraps(work)
    async def to_the_end(*args: Told.args, **kwargs: Told.kwargs) -> Result:
        task = asyncio.create_task(work(*args, **kwargs))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await _end_of(task)
            raise

    return to_the_end


async def _end_of(task: asyncio.Task[Any]) -> None:
    """However often one is told to stop waiting."""
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            continue
    if not task.cancelled():
        task.exception()  # nobody is there to be told
