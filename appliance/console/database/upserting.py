"""INSERT … ON CONFLICT, the same words for both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.base import Base

Row = Mapping[str, Any]
Insert = postgresql.Insert | sqlite.Insert


async def insert_rows(session: AsyncSession, table: type[Base], rows: Sequence[Row]) -> None:
    """Each of `rows` is new."""
    if rows:
        connection = await session.connection()
        await connection.execute(insert_into(session, table), list(rows))


async def insert_missing(session: AsyncSession, table: type[Base], rows: Sequence[Row]) -> None:
    """Those of `rows` whose key isn't there yet."""
    if rows:
        connection = await session.connection()
        await connection.execute(insert_into(session, table).on_conflict_do_nothing(), list(rows))


async def put_rows(
    session: AsyncSession,
    table: type[Base],
    rows: Sequence[Row],
    *,
    keep: Sequence[str] = (),
    when: ColumnElement[bool] | None = None,
) -> None:
    """Add `rows`, which all name the same columns, or change those with the same key: all columns but `keep`, and only
    where `when` holds (`excluded(session, table)` in it means the new row)."""
    if not rows:
        return
    statement = insert_into(session, table)
    keys = [column.name for column in inspect(table).primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in (*keys, *keep)}
    connection = await session.connection()
    await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed, where=when), list(rows))


def insert_into(session: AsyncSession, table: type[Base]) -> Insert:
    """An INSERT with `on_conflict_do_update` and `on_conflict_do_nothing` of the database at hand."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)
