"""What the console's tests share: a database with its tables, on SQLite and on a real PostgreSQL; an empty store, a
folder and on an S3 server on loopback (moto)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from kit.console import sqlite_with_tables
from kit.object_server import ObjectServer
from kit.postgres import Server, server

from appliance.console.storing.folder import FolderStorage
from appliance.console.storing.objects import ObjectStorage
from appliance.console.storing.storage import Storage


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


@pytest.fixture(scope="session")
def object_server() -> Iterator[ObjectServer]:
    with ObjectServer() as one:
        yield one


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """An empty one; the test runs once on each kind."""
    if request.param == "folder":
        return FolderStorage(tmp_path / "store")
    one: ObjectServer = request.getfixturevalue("object_server")
    return ObjectStorage.at(one.bucket(f"b-{uuid4()}"))
