"""The migrations lead to the very tables that the code describes, on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from appliance.console.database import upgrading
from appliance.console.database.base import Base
from appliance.console.database.engine import Database, plain_url
from appliance.console.errors import DatabaseError


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def test_upgrade_when_the_database_is_empty_then_the_tables_are_those_of_the_code(empty_database_url: str) -> None:
    async def run() -> None:
        database = Database(empty_database_url)
        assert await upgrading.version(database) == ""
        await asyncio.gather(*(upgrading.upgrade(database) for _ in range(3)))
        async with database.engine.connect() as connection:
            assert await connection.run_sync(_differences) == []
        assert await upgrading.version(database) == upgrading.newest()
        await database.close()

    asyncio.run(run())


def test_upgrade_when_the_database_is_of_a_newer_version_then_refused(database_url: str) -> None:
    async def run() -> None:
        database = Database(database_url)
        async with database.engine.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(DatabaseError, match="newer version"):
            await upgrading.upgrade(database)
        await database.close()

    asyncio.run(run())


def test_revisions_when_listed_then_numbered_in_one_line() -> None:
    folder = Path(upgrading.__file__).parent / "migrations" / "versions"
    numbers = sorted(path.name.split("_")[0] for path in folder.glob("[0-9]*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert upgrading.newest() == numbers[-1]


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        ("postgresql://u:p@h/n", "postgresql+asyncpg://u:p@h/n"),
        ("postgresql+asyncpg://u@h/n", "postgresql+asyncpg://u@h/n"),
    ],
)
def test_address_when_a_person_gives_it_then_the_driver_is_added(given: str, understood: str) -> None:
    assert plain_url(given) == understood


@pytest.mark.parametrize("given", ["mysql://h/n", "nonsense", ""])
def test_address_when_it_is_of_no_known_database_then_refused(given: str) -> None:
    with pytest.raises(DatabaseError, match="give sqlite"):
        plain_url(given)
