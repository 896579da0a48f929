"""Sessions are transactions; on SQLite writers wait in line."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from kit.console import add_branch, console
from sqlalchemy import func, select, update

from appliance.console.database.engine import Database
from appliance.console.database.tables import Branch


def test_writing_when_many_change_one_row_then_each_change_counts(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            await add_branch(one, "seoul")
            await asyncio.gather(*(_longer(one.database) for _ in range(20)))
            async with one.database.reading() as session:
                assert (await session.scalars(select(Branch.created_s))).one() >= 20_000_000_000_000

    asyncio.run(run())


async def _longer(database: Database) -> None:
    async with database.writing() as session:
        found = (await session.scalars(select(Branch).with_for_update())).one()
        await asyncio.sleep(0)
        await session.execute(update(Branch).values(created_s=found.created_s + 1e12))


def test_writing_when_it_fails_then_nothing_stays(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            with pytest.raises(RuntimeError, match="half-way"):
                await _fail(one.database)
            async with one.database.reading() as session:
                assert await session.scalar(select(func.count()).select_from(Branch)) == 0

    asyncio.run(run())


async def _fail(database: Database) -> None:
    async with database.writing() as session:
        session.add(Branch(branch="b", name="B", created_s=1.0))
        await session.flush()
        raise RuntimeError("half-way")
