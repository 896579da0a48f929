"""What the console's tests share: a database with its tables, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.console import sqlite_with_tables
from kit.postgres import Server, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests of this process."""
    with server() as one:
        yield one


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables; the test runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/console.db"
    one: Server = request.getfixturevalue("postgres")
    return one.database(empty=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an up-to-date database of the test's own; the test runs once on each kind."""
    if request.param == "sqlite":
        return sqlite_with_tables(tmp_path / "console.db")
    one: Server = request.getfixturevalue("postgres")
    return one.database()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """For tests that have nothing to do with the kind of database."""
    return sqlite_with_tables(tmp_path / "console.db")


@pytest.fixture
def postgresql_url(postgres: Server) -> str:
    """For what only PostgreSQL can: several processes."""
    return postgres.database()
