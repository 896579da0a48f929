"""INSERT … ON CONFLICT, the same words for both databases.

Statements are made once: making one costs more than running it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import asyncpg
from sqlalchemy import ColumnElement, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from appliance.console.database.base import Base
from appliance.console.errors import UnavailableError

Row = Mapping[str, Any]
Insert = postgresql.Insert | sqlite.Insert
Condition = Callable[[Insert], ColumnElement[bool]]
Changes = Callable[[Insert], Mapping[str, ColumnElement[Any]]]
_BEGIN = text("SELECT 1")


async def insert_rows(session: AsyncSession, table: type[Base], rows: Sequence[Row]) -> None:
    """Each of `rows` is new, and all name the same columns. PostgreSQL takes them by COPY, at half the cost."""
    if not rows:
        return
    connection = await session.connection()
    if _is_postgresql(session):
        await _copy(connection, table, rows)
    else:
        await connection.execute(sqlite.insert(table), list(rows))


async def insert_missing(session: AsyncSession, table: type[Base], rows: Sequence[Row]) -> None:
    """Those of `rows` whose key isn't there yet."""
    if rows:
        connection = await session.connection()
        await connection.execute(_missing(_is_postgresql(session), table), list(rows))


async def put_rows(
    session: AsyncSession,
    table: type[Base],
    rows: Sequence[Row],
    *,
    keep: tuple[str, ...] = (),
    change: Changes | None = None,
    when: Condition | None = None,
) -> None:
    """Add `rows`, which all name the same columns, or change those with the same key: all columns but `keep`, some as
    `change` says, and only where `when` holds. Both are module-level functions of the INSERT, whose `excluded` is the
    new row."""
    if rows:
        connection = await session.connection()
        statement = _put(_is_postgresql(session), table, tuple(rows[0]), keep=keep, change=change, when=when)
        await connection.execute(statement, list(rows))


def insert_into(session: AsyncSession, table: type[Base]) -> Insert:
    """An INSERT with `on_conflict_do_update` and `on_conflict_do_nothing` of the database at hand."""
    return _insert(_is_postgresql(session), table)


async def _copy(connection: AsyncConnection, table: type[Base], rows: Sequence[Row]) -> None:
    raw = await connection.get_raw_connection()
    driver: asyncpg.Connection = raw.driver_connection
    if not driver.is_in_transaction():
        await connection.execute(_BEGIN)  # the first statement begins it
    columns = tuple(rows[0])
    records = list(map(itemgetter(*columns), rows))
    try:
        await driver.copy_records_to_table(table.__tablename__, columns=columns, records=records)
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError) as error:
        raise UnavailableError(f"the database went away: {error}") from error


def _is_postgresql(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _insert(is_postgresql: bool, table: type[Base]) -> Insert:
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


@cache
def _missing(is_postgresql: bool, table: type[Base]) -> Insert:
    return _insert(is_postgresql, table).on_conflict_do_nothing()


@cache
def _put(
    is_postgresql: bool,
    table: type[Base],
    columns: tuple[str, ...],
    *,
    keep: tuple[str, ...],
    change: Changes | None,
    when: Condition | None,
) -> Insert:
    insert = _insert(is_postgresql, table)
    keys = [column.name for column in inspect(table).primary_key]
    changed = {name: insert.excluded[name] for name in columns if name not in (*keys, *keep)}
    return insert.on_conflict_do_update(
        index_elements=keys,
        set_={**changed, **(change(insert) if change else {})},
        where=when(insert) if when else None,
    )
