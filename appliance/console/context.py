"""What every part of a console process is handed: settings, database, clock. Routes ask for it: `PresentConsole`.

Must not grow logic: parts take from it what they need.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from appliance.console.database.engine import Database
from appliance.console.notices import Notices
from appliance.console.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """now_s: wall time, seconds since the epoch; tests hand in their own."""

    settings: Settings
    database: Database
    notices: Notices
    now_s: Callable[[], float]


def console_of(connection: HTTPConnection) -> Console:
    """Of the application that serves this request or WebSocket."""
    console = connection.app.state.console
    assert isinstance(console, Console)
    return console


PresentConsole = Annotated[Console, Depends(console_of)]


async def _reading(console: PresentConsole) -> AsyncIterator[AsyncSession]:
    async with console.database.reading() as session:
        yield session


async def _writing(console: PresentConsole) -> AsyncIterator[AsyncSession]:
    async with console.database.writing() as session:
        yield session


# Both end before the answer goes out, so nobody is told of something that isn't committed.
Reading = Annotated[AsyncSession, Depends(_reading, scope="function")]
Writing = Annotated[AsyncSession, Depends(_writing, scope="function")]
