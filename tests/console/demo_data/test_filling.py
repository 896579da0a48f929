"""The made-up branches in a console: taken in as from boxes, counted after outages, and going on after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from kit.console import add_branch
from kit.console import console as a_console
from sqlalchemy import func, select

from appliance.cloud import chain
from appliance.console.context import Console
from appliance.console.database.tables import Chain, Contact, Event, InventoryEntry, OutageNote, Recording
from appliance.console.demo_data.filling import open_or_fill
from appliance.console.demo_data.organisation import PRACTICES
from appliance.console.demo_data.playing import MadeUpBranch
from appliance.console.errors import DatabaseError
from appliance.console.live.states import board
from appliance.console.people.roles import Branches
from appliance.console.reading.outages import outages

BY_NAME = {practice.branch: practice for practice in PRACTICES}
EVERYWHERE = Branches(every=True)
NOON_S = 1_795_348_800.0  # 2026-11-22T12:00:00Z


async def filled(console: Console, *names: str, kept_s: float = 0.0) -> list[MadeUpBranch]:
    practices = [BY_NAME[name] for name in names]
    return await open_or_fill(console, lambda _: None, practices=practices, days=3, kept_s=kept_s)


def clock(start_s: float = NOON_S) -> tuple[list[float], Callable[[], float]]:
    now = [start_s]
    return now, lambda: now[0]


def test_console_when_filled_then_the_events_follow_on_each_other_and_the_records_are_there(
    database_url: str, tmp_path: Path
) -> None:
    async def whole() -> None:
        async with a_console(database_url, tmp_path, now_s=lambda: NOON_S) as console:
            (branch,) = await filled(console, "london")
            async with console.database.reading() as session:
                bodies = await session.scalars(select(Event.body).order_by(Event.seq))
                position = chain.follow(chain.genesis(branch.box.box), bodies.all())
                kept = (await session.scalars(select(Chain))).one()
                assert (kept.seq, kept.head.hex()) == (position.seq, position.head)
                assert kept.seq == branch.sent > 1000
                assert await session.scalar(select(func.count()).select_from(Contact)) > 50
                agents = await session.scalars(select(InventoryEntry.name).where(InventoryEntry.kind == "agent"))
                assert set(agents) == {person.agent for person in branch.annals.practice.people}
                states = set(await session.scalars(select(Recording.state)))
                assert states == {"erased"}
                assert [(one.branch, one.received_s) for one in await board(session, EVERYWHERE)] == [
                    ("london", NOON_S)
                ]

    asyncio.run(whole())


def test_console_when_opened_again_then_it_goes_on_where_it_was(sqlite_url: str, tmp_path: Path) -> None:
    now, now_s = clock()

    async def whole() -> None:
        async with a_console(sqlite_url, tmp_path, now_s=now_s) as console:
            (first,) = await filled(console, "london")
        now[0] += 3 * 3600
        async with a_console(sqlite_url, tmp_path, now_s=now_s) as console:
            (again,) = await filled(console, "london")
            async with console.database.reading() as session:
                kept = (await session.scalars(select(Chain))).one()
            assert kept.forked_s is None
            assert kept.seq == again.sent > first.sent

    asyncio.run(whole())


def test_branch_when_cut_off_then_it_says_no_more(sqlite_url: str, tmp_path: Path) -> None:
    now, now_s = clock()

    async def whole() -> None:
        async with a_console(sqlite_url, tmp_path, now_s=now_s) as console:
            (branch,) = await filled(console, "sydney")
            sent = branch.sent
            now[0] += 600
            await branch.bring_up_to_date(console, now[0])
            async with console.database.reading() as session:
                told = await board(session, EVERYWHERE)
            assert [one.received_s for one in told] == [NOON_S - 3.2 * 3600]
            assert branch.sent == sent

    asyncio.run(whole())


def test_outage_when_counted_then_both_agree_but_for_what_was_left_out(sqlite_url: str, tmp_path: Path) -> None:
    async def whole() -> None:
        async with a_console(sqlite_url, tmp_path, now_s=lambda: NOON_S) as console:
            await filled(console, "los-angeles", kept_s=86_400.0)
            async with console.database.reading() as session:
                (found,) = await outages(session, EVERYWHERE)
                notes = (await session.scalars(select(OutageNote))).all()
                states = await session.scalars(select(Recording.state))
                assert set(states) == {"announced", "stored", "erased"}
            assert found.same_head
            assert not found.agrees
            assert (found.missing, found.twice) == (2, 0)
            assert found.contact_records > 5
            assert found.recordings > 2
            assert [note.why for note in notes] == ["TLS: the connection was reset"]

    asyncio.run(whole())


def test_console_when_it_has_branches_of_its_own_then_nothing_is_filled_in(sqlite_url: str, tmp_path: Path) -> None:
    async def whole() -> None:
        async with a_console(sqlite_url, tmp_path) as console:
            await add_branch(console, "leeds", box="b1")
            with pytest.raises(DatabaseError, match="demo data goes into an empty one only"):
                await filled(console, "london")

    asyncio.run(whole())
