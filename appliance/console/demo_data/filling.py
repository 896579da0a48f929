"""Fills an empty console with the made-up fortnight; one that it has filled before goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select

from appliance.console.context import Console
from appliance.console.database.tables import Box, Branch
from appliance.console.demo_data.annals import KEPT_S, Annals
from appliance.console.demo_data.organisation import PRACTICES, Practice
from appliance.console.demo_data.playing import MadeUpBranch
from appliance.console.demo_data.sending import MadeUpBox
from appliance.console.errors import DatabaseError
from appliance.console.ingest.taking import position_of

DAYS = 14
SEED = "demo"
AHEAD_S = 24 * 3600.0  # how long it goes on
_MACHINE = "demo-data "  # and when it was filled


async def open_or_fill(
    console: Console,
    say: Callable[[str], object],
    *,
    practices: Sequence[Practice] = PRACTICES,
    days: int = DAYS,
    kept_s: float = KEPT_S,
) -> list[MadeUpBranch]:
    """Every branch, up to now; recordings of the last `kept_s` have files. Raises DatabaseError for a console that has
    branches of somebody else."""
    filled = await _filled_s(console)
    begun_s = console.now_s() if filled is None else filled
    made = []
    for practice in practices:
        annals = Annals(
            practice,
            now=begun_s,
            days=days,
            seed=SEED,
            ahead_s=console.now_s() - begun_s + AHEAD_S,
            kept_s=kept_s,
        )
        if filled is None:
            await _enrol(console, annals, begun_s)
        branch = await _opened(console, annals)
        await branch.send_what_was(console)
        say(f"{practice.name}: {branch.sent} events")
        made.append(branch)
    return made


async def _filled_s(console: Console) -> float | None:
    """When this console was filled; None for an empty one."""
    async with console.database.reading() as session:
        machines = list(await session.scalars(select(Box.machine)))
        branches = list(await session.scalars(select(Branch.branch)))
    if not branches:
        return None
    if not machines or not all(machine.startswith(_MACHINE) for machine in machines):
        raise DatabaseError("this console has branches already; demo data goes into an empty one only")
    return float(machines[0].removeprefix(_MACHINE))


async def _opened(console: Console, annals: Annals) -> MadeUpBranch:
    async with console.database.reading() as session:
        position = await position_of(session, annals.box)
    return MadeUpBranch(annals, MadeUpBox(annals.box, annals.practice.branch, position))


async def _enrol(console: Console, annals: Annals, begun_s: float) -> None:
    practice = annals.practice
    async with console.database.writing() as session:
        session.add(Branch(branch=practice.branch, name=practice.name, timezone=practice.zone, created_s=annals.began))
        await session.flush()
        session.add(
            Box(
                box=annals.box,
                branch=practice.branch,
                name=f"{practice.branch}-box",
                machine=f"{_MACHINE}{begun_s!r}",
                version=practice.version,
                enrolled_s=annals.began,
                heard_s=annals.heard_at(begun_s),
            )
        )
