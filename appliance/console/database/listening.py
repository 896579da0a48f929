"""Short messages between the console's processes: PostgreSQL's NOTIFY and LISTEN. On SQLite there is one process only.

They may be lost (a server restart): who needs to be sure looks at the tables from time to time. Must not carry
anything that isn't in a table.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from appliance.console.database.engine import Database
from appliance.console.database.finishing import finished
from appliance.console.errors import DatabaseError

CHANNEL = "linekeeper"
MOST_BYTES = 7900  # of one message; PostgreSQL's limit is 8000


@finished
async def send(database: Database, messages: Sequence[str]) -> None:
    """To every process that listens, this one included. Raises DatabaseError."""
    try:
        async with database.engine.begin() as connection:
            for message in messages:
                await connection.execute(text("SELECT pg_notify(:c, :m)"), {"c": CHANNEL, "m": message})
    except (SQLAlchemyError, OSError) as error:
        raise DatabaseError(f"the other processes can't be told of a change: {error}") from error


@asynccontextmanager
async def messages(database: Database) -> AsyncIterator[asyncio.Queue[str | None]]:
    """What is sent from when this is entered; None once when the connection has been lost. Raises DatabaseError."""
    url = database.engine.url.set(drivername="postgresql")
    found: asyncio.Queue[str | None] = asyncio.Queue()
    with _told_as_ours():
        connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        connection.add_termination_listener(lambda _: found.put_nowait(None))
        with _told_as_ours():
            await connection.add_listener(CHANNEL, lambda _one, _pid, _channel, payload: found.put_nowait(payload))
        yield found
    finally:
        connection.terminate()


@contextmanager
def _told_as_ours() -> Iterator[None]:
    try:
        yield
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseError(f"the database can't be listened to: {error}") from error
