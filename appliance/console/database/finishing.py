"""Work on the database that isn't torn apart when its task is cancelled: what has begun is finished first.

`finished` is for work that is wanted whole. `SteadySession` is for everything else: a cancelled task leaves its
transaction between two statements, never inside one, so it is rolled back and its connection goes on. Without it the
pool throws the connection away in the middle of a statement. SQLite's driver then goes on in a thread that nobody waits
for (rollbacks fail, threads stay, the end of the process may wait for one in vain); PostgreSQL's connection is
forgotten unclosed. Short work only: who cancels waits for it.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

PATIENCE_S = 20.0  # with a database that doesn't answer
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


class SteadySession(AsyncSession):
    """An `AsyncSession` of which each statement, once begun, ends before its task is cancelled."""


_STATEMENTS = (
    "close", "commit", "connection", "delete", "execute", "flush", "get", "get_one", "merge", "refresh", "rollback",
    "scalar", "scalars",
)  # fmt: skip
for _name in _STATEMENTS:
    setattr(SteadySession, _name, finished(getattr(AsyncSession, _name)))


async def _end_of(task: asyncio.Task[Any]) -> None:
    """However often one is told to stop waiting; a database that doesn't answer is given up in the end."""
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + PATIENCE_S
    while not task.done():
        left_s = deadline_s - loop.time()
        if left_s <= 0:
            task.cancel()
        try:
            await asyncio.wait([task], timeout=left_s if left_s > 0 else None)
        except asyncio.CancelledError:
            continue
    if not task.cancelled():
        task.exception()  # nobody is there to be told
