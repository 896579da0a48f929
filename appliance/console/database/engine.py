"""Opens the database and hands out sessions: one for reading, one for writing; each is one transaction.

SQLite: write-ahead log, durable commits, and a writing transaction takes its lock at once, so that it waits in line
instead of failing half-way. Must not know any table.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as SQLAlchemyTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from appliance.console.database.finishing import SteadySession
from appliance.console.errors import DatabaseError, UnavailableError

DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
_BUSY_S = 60
_WAIT_S = 20.0  # for a connection: longer, and the caller had better come again
_LOCKED = "database is locked"  # SQLite, after _BUSY_S
_WRITES = "linekeeper_writes"
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 60000")


class Database:
    """`engine` is for migrations and listening; everybody else asks for a session."""

    def __init__(self, url: str, *, connections: int = 8) -> None:
        """Raises DatabaseError for an address that is none. `connections`: at most, of this process."""
        self.engine = _engine(url, connections)
        self.is_postgresql = self.engine.dialect.name == "postgresql"
        for_writing = self.engine.execution_options(**{_WRITES: True})
        self._reading = async_sessionmaker(self.engine, class_=SteadySession, expire_on_commit=False)
        self._writing = async_sessionmaker(for_writing, class_=SteadySession, expire_on_commit=False)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads: one view of the data. Raises UnavailableError."""
        async with _transaction(self._reading) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction; committed at the end, rolled back by an exception. Raises UnavailableError."""
        async with _transaction(self._writing) as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


@asynccontextmanager
async def _transaction(sessions: async_sessionmaker[SteadySession]) -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        try:
            await session.connection()
        except (DBAPIError, SQLAlchemyTimeout, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise UnavailableError(f"the database doesn't answer: {error}") from error
        try:
            yield session
            await session.commit()
        except DBAPIError as error:
            if error.connection_invalidated or _LOCKED in str(error.orig):
                raise UnavailableError(f"the database went away: {error.orig}") from error
            raise


def plain_url(text: str) -> str:
    """The address with its driver: `postgresql://…` and `sqlite:///…` are understood too. Raises DatabaseError."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise DatabaseError(
            "the database's address can't be read; give sqlite:///FILE or postgresql://USER@HOST/NAME"
        ) from error
    driver = next((name for name in DRIVERS if url.drivername in (name, name.split("+")[0])), None)
    if driver is None:
        raise DatabaseError(f"the console has no driver for {url.drivername!r}; give sqlite:// or postgresql://")
    return url.set(drivername=driver).render_as_string(hide_password=False)


def _engine(text: str, connections: int) -> AsyncEngine:
    url = plain_url(text)
    if url.startswith("sqlite"):
        engine = create_async_engine(url, connect_args={"timeout": _BUSY_S}, pool_size=connections)
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin)
        return engine
    return create_async_engine(url, pool_size=connections, max_overflow=connections, pool_timeout=_WAIT_S)


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver begins no transactions of its own: `_begin` does, so that reads have one view too.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
