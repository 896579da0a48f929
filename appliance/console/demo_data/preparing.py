"""Before `linekeeper console --demo-data` serves: the made-up fortnight goes in, and somebody may sign in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import func, select

from appliance.console.context import Console
from appliance.console.database.engine import Database
from appliance.console.database.tables import Person
from appliance.console.database.upgrading import upgrade
from appliance.console.demo_data.filling import open_or_fill
from appliance.console.notices import Notices
from appliance.console.people import keeping, passwords
from appliance.console.people.present import Signature
from appliance.console.people.roles import grant_of
from appliance.console.settings import Settings

PERSON = "demo"
_BY = "console"


def prepare(settings: Settings, *, tell: Callable[[str], None]) -> None:
    """Some ten seconds for an empty console. Raises ConsoleError for one with branches that aren't made up."""
    asyncio.run(_prepare(settings, tell))


async def _prepare(settings: Settings, tell: Callable[[str], None]) -> None:
    database = Database(settings.database)
    try:
        await upgrade(database)
        console = Console(settings=settings, database=database, notices=Notices(database), now_s=time.time)
        await open_or_fill(console, tell)
        await _somebody(console, tell)
    finally:
        await database.close()


async def _somebody(console: Console, tell: Callable[[str], None]) -> None:
    """An admin with a password that is told once, where there is nobody yet."""
    password = passwords.fresh()
    async with console.database.writing() as session:
        if await session.scalar(select(func.count()).select_from(Person)):
            return
        await keeping.add(
            session,
            person=PERSON,
            name="Demo",
            grants=[grant_of("admin@*")],
            password=passwords.hashed(password),
            once=False,
            signature=Signature(wall_s=console.now_s(), who=_BY, address=""),
        )
    tell(f"sign in as {PERSON} with the password {password}; the second factor is set up then")
