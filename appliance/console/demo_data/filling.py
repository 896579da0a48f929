"""Fills an empty console with the made-up fortnight, then lets it go on as long as the console runs."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable

import msgspec
from sqlalchemy import func, select

from appliance.console.context import Console
from appliance.console.database.tables import Box, Branch
from appliance.console.demo_data.annals import Annals, Row
from appliance.console.demo_data.organisation import PRACTICES, Practice
from appliance.console.demo_data.present import live_state
from appliance.console.demo_data.sending import MadeUpBox
from appliance.console.errors import DatabaseError
from appliance.console.live.states import keep
from appliance.console.notices import Topic

DAYS = 14
SEED = "demo"
AHEAD_S = 24 * 3600.0  # how long it goes on
TICK_S = 5.0


class MadeUpBranch(msgspec.Struct):
    """sent: how many of `rows` the console has; number: of the next live state."""

    annals: Annals
    box: MadeUpBox
    rows: list[Row]
    sent: int = 0
    number: int = 1


async def fill(console: Console, say: Callable[[str], object], *, days: int = DAYS) -> list[MadeUpBranch]:
    """Every branch up to now. Raises DatabaseError for a console that has branches already."""
    async with console.database.reading() as session:
        if await session.scalar(select(func.count()).select_from(Branch)):
            raise DatabaseError("this console has branches already; demo data goes into an empty one only")
    branches = [await _branch(console, practice, days) for practice in PRACTICES]
    for branch in branches:
        await bring_up_to_date(console, branch)
        say(f"{branch.annals.practice.name}: {branch.sent} events")
    return branches


async def _branch(console: Console, practice: Practice, days: int) -> MadeUpBranch:
    annals = Annals(practice, now=console.now_s(), days=days, seed=SEED, ahead_s=AHEAD_S)
    async with console.database.writing() as session:
        session.add(Branch(branch=practice.branch, name=practice.name, timezone=practice.zone, created_s=annals.began))
        await session.flush()
        session.add(
            Box(
                box=annals.box,
                branch=practice.branch,
                name=f"{practice.branch}-box",
                machine=f"demo-{practice.branch}",
                version=practice.version,
                enrolled_s=annals.began,
                heard_s=annals.heard_at(console.now_s()),
            )
        )
    return MadeUpBranch(annals=annals, box=MadeUpBox(annals.box, practice.branch), rows=annals.rows())


async def bring_up_to_date(console: Console, branch: MadeUpBranch) -> None:
    """Send what has happened since, and how it is now; nothing from a branch that is cut off."""
    now_s = console.now_s()
    heard_s = branch.annals.heard_at(now_s)
    due = bisect_right(branch.rows, heard_s, key=lambda row: row.at)
    if due > branch.sent:
        await branch.box.send(console, branch.rows[branch.sent : due])
        branch.sent = due
    if branch.annals.practice.mute_h and branch.number > 1:
        return
    state = live_state(branch.annals, now=now_s, number=branch.number)
    async with console.database.writing() as session:
        await keep(session, branch=branch.box.branch, box=branch.box.box, state=state, now_s=heard_s)
    branch.number += 1
    console.notices.tell(Topic.LIVE, branch.box.branch)


async def play(console: Console, branches: list[MadeUpBranch]) -> None:
    """Ends only when it is cancelled."""
    while True:
        for branch in branches:
            await bring_up_to_date(console, branch)
        await asyncio.sleep(TICK_S)
