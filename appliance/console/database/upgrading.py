"""Brings a database up to this version's tables (Alembic), whichever process comes first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from appliance.console.database.engine import Database
from appliance.console.errors import DatabaseError

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x11EE4B0  # of PostgreSQL, for the time of the migrations


async def upgrade(database: Database) -> None:
    """To the newest tables. Raises DatabaseError for a database that can't be reached, or is of a newer version of the
    software."""
    try:
        async with database.engine.execution_options(linekeeper_writes=True).begin() as connection:
            if database.is_postgresql:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            await _run(connection)
    except (OSError, DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseError(f"the database can't be used: {error}; is its address right, does it run?") from error


@asynccontextmanager
async def up_to_date(url: str) -> AsyncIterator[Database]:
    """The database at `url` with the newest tables, closed at the end. Raises DatabaseError."""
    database = Database(url)
    try:
        await upgrade(database)
        yield database
    finally:
        await database.close()


async def version(database: Database) -> str:
    """The number of the last migration, "" for an empty database."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision() or "")


def newest() -> str:
    """The number of this version's last migration."""
    return ScriptDirectory.from_config(_config(None)).get_current_head() or ""


async def _run(connection: AsyncConnection) -> None:
    try:
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))
    except CommandError as error:
        raise DatabaseError(f"the database is of a newer version ({error}); install that version") from error


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
