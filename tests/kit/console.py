"""A console in the test's own process: its database, its applications, and a client that needs no port.

    console = await a_console(url, tmp_path)          async with talking(box_app(console), box="b1") as client: …

Must not stand in for the real server where TLS or several processes matter: `appliance.console.serving` is for those.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import httpx
from fastapi import FastAPI

from appliance.console.context import Console
from appliance.console.database.engine import Database
from appliance.console.database.tables import Box, Branch
from appliance.console.database.upgrading import up_to_date
from appliance.console.notices import Notices
from appliance.console.settings import Settings


def sqlite_with_tables(path: Path) -> str:
    """The address of an up-to-date SQLite database at `path`, copied from one made once a process."""
    shutil.copyfile(_template(), path)
    return f"sqlite+aiosqlite:///{path}"


@cache
def _template() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="linekeeper-console-")
    _FOLDERS.append(folder)
    path = Path(folder.name) / "template.db"
    asyncio.run(upgraded(f"sqlite+aiosqlite:///{path}"))
    return path


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []  # removed when the process ends


async def upgraded(url: str) -> None:
    """Bring the database at `url` up to date."""
    async with up_to_date(url):
        pass


@asynccontextmanager
async def console(url: str, data_dir: Path, *, now_s: Callable[[], float] = time.time) -> AsyncIterator[Console]:
    """A console on the database at `url`, closed at the end."""
    settings = Settings(
        database=url,
        data_dir=data_dir,
        public_url="http://console.test",
        box_url="https://boxes.test",
        secure=False,
    )
    database = Database(url)
    try:
        yield Console(settings=settings, database=database, notices=Notices(database), now_s=now_s)
    finally:
        await database.close()


@asynccontextmanager
async def client_of(app: FastAPI, *, base_url: str = "http://console.test") -> AsyncIterator[httpx.AsyncClient]:
    """A client that talks to the application in this process; redirects are not followed."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=base_url) as client:
        yield client


async def add_branch(console: Console, branch: str, *, box: str = "", name: str = "") -> None:
    """A branch, and a box in it where `box` is given."""
    async with console.database.writing() as session:
        session.add(Branch(branch=branch, name=name or branch.title(), created_s=console.now_s()))
        await session.flush()
        if box:
            session.add(Box(box=box, branch=branch, name=f"{branch} box", enrolled_s=console.now_s()))
