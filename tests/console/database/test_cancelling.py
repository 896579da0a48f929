"""Tasks that are cancelled in the middle of a transaction: whole or not at all, and the database goes on."""

from __future__ import annotations

import asyncio
import gc
import random
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from sqlalchemy import AsyncAdaptedQueuePool, text

from appliance.console.database.engine import Database

ROWS = 3  # of each transaction
BOUND_S = 60.0
DRIVER = "connection_worker"  # in the names of the threads of SQLite's driver


@asynccontextmanager
async def database_at(url: str) -> AsyncIterator[Database]:
    """With a table `torn`. Afterwards no connection of it is out, and no thread of the driver's lives."""
    before = set(threading.enumerate())
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE torn (number INTEGER)"))
    yield database
    assert out(database) == 0
    await database.close()
    gc.collect()  # a connection that was forgotten tells so here
    for thread in set(threading.enumerate()) - before:
        if DRIVER in thread.name:
            await asyncio.to_thread(thread.join, BOUND_S / 2)
            assert not thread.is_alive()


def out(database: Database) -> int:
    """Connections that somebody has."""
    pool = database.engine.pool
    assert isinstance(pool, AsyncAdaptedQueuePool)
    return pool.checkedout()


async def write(database: Database, number: int) -> None:
    async with database.writing() as session:
        for _ in range(ROWS):
            await session.execute(text("INSERT INTO torn VALUES (:number)"), {"number": number})


async def rows(database: Database) -> dict[int, int]:
    """Number → how many rows have it."""
    async with database.reading() as session:
        found = await session.execute(text("SELECT number, count(*) FROM torn GROUP BY number"))
        return {number: count for number, count in found.all()}


@pytest.mark.parametrize("seed", range(3))
def test_transactions_when_cancelled_anywhere_then_whole_or_not_at_all_and_the_next_one_works(
    empty_database_url: str, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(seed)

    async def scenario() -> None:
        async with database_at(empty_database_url) as database:
            for number in range(40):
                tasks = [asyncio.create_task(write(database, number)) for _ in range(chance.randint(1, 4))]
                tasks.append(asyncio.create_task(write(database, 1000 + number)))
                await asyncio.sleep(chance.random() * 0.01)
                for task in tasks[:-1]:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            found = await rows(database)
        assert {count % ROWS for count in found.values()} == {0}
        assert {number for number in found if number >= 1000} == {1000 + number for number in range(40)}

    asyncio.run(asyncio.wait_for(scenario(), BOUND_S))
    assert "Exception" not in caplog.text


@pytest.mark.parametrize("how", ["task", "scope"])
def test_transaction_when_cancelled_while_a_statement_runs_then_the_statement_ends_first(
    how: str, tmp_path: Path
) -> None:
    """It waits for the lock of another writer, in the driver's thread, where nobody can call it back. A scope (as of a
    web framework's) cancels again and again."""

    async def scenario() -> None:
        async with database_at(f"sqlite:///{tmp_path}/console.db") as database:
            scope = anyio.CancelScope()

            async def in_scope() -> None:
                with scope:
                    await write(database, 1)

            async with database.writing() as session:
                waiting = asyncio.create_task(in_scope())
                while out(database) < 2:
                    await asyncio.sleep(0)
                waiting.cancel() if how == "task" else scope.cancel()
                for _ in range(20):
                    await asyncio.sleep(0)
                assert not waiting.done()
                assert any(DRIVER in thread.name for thread in threading.enumerate())
                await session.execute(text("INSERT INTO torn VALUES (2)"))
            await asyncio.wait([waiting])
            assert waiting.cancelled() or how == "scope"
            assert await rows(database) == {2: 1}
            await write(database, 3)
            assert await rows(database) == {2: 1, 3: ROWS}

    asyncio.run(asyncio.wait_for(scenario(), BOUND_S))
