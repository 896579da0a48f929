"""The log on both databases: in one line whoever appends, never changed, and a change from outside is found."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from kit.console import console
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import Wanted, entries, health, note
from appliance.console.context import Console
from appliance.console.people.roles import Branches

EVERYWHERE = Branches(every=True)


async def _note(one: Console, about: str, *, branch: str = "", deed: Deed = Deed.CHANGED) -> None:
    async with one.database.writing() as session:
        await note(session, wall_s=1e9 + 0.1, who="person:kim", deed=deed, about=about, branch=branch, address="::1")


def test_log_when_many_append_at_once_then_one_line_without_gaps(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            await asyncio.gather(*(_note(one, f"thing:{number}") for number in range(40)))
            async with one.database.reading() as session:
                found = await entries(session, Wanted(branches=EVERYWHERE, limit=50))
                whole = await health(session)
            assert [entry.seq for entry in found] == list(range(40, 0, -1))
            assert {entry.about for entry in found} == {f"thing:{number}" for number in range(40)}
            assert (whole.entries, whole.broken, len(whole.head)) == (40, None, 64)

    asyncio.run(run())


def test_log_when_the_deed_fails_then_no_entry(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            with pytest.raises(ZeroDivisionError):
                async with one.database.writing() as session:
                    await note(session, wall_s=0.0, who="console", deed=Deed.CHANGED)
                    raise ZeroDivisionError
            await _note(one, "after")
            async with one.database.reading() as session:
                assert [entry.seq for entry in await entries(session, Wanted(branches=EVERYWHERE))] == [1]
                assert (await health(session)).broken is None

    asyncio.run(run())


@pytest.mark.parametrize("change", ["UPDATE audit_entries SET who = 'nobody'", "DELETE FROM audit_entries"])
def test_log_when_somebody_changes_it_then_the_database_refuses(database_url: str, tmp_path: Path, change: str) -> None:
    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            await _note(one, "thing")
            with pytest.raises(DBAPIError, match="append-only"):
                async with one.database.writing() as session:
                    await session.execute(text(change))

    asyncio.run(run())


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE audit_entries SET who = 'person:lee' WHERE seq = 2", 2),
        ("DELETE FROM audit_entries WHERE seq = 1", 1),
        ("DELETE FROM audit_entries WHERE seq = 2", 2),
        ("DELETE FROM audit_entries WHERE seq = 3", 3),
        ("DELETE FROM audit_entries", 1),
    ],
)
def test_log_when_changed_past_the_guards_then_found(sqlite_url: str, tmp_path: Path, change: str, broken: int) -> None:
    async def run() -> None:
        async with console(sqlite_url, tmp_path) as one:
            for number in range(3):
                await _note(one, f"thing:{number}")
            async with one.database.writing() as session:
                for guard in ("audit_entries_no_update", "audit_entries_no_delete"):
                    await session.execute(text(f"DROP TRIGGER {guard}"))
                await session.execute(text(change))
            async with one.database.reading() as session:
                assert (await health(session)).broken == broken

    asyncio.run(run())


def test_log_when_read_then_by_branch_deed_and_page(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            for number in range(6):
                await _note(one, f"thing:{number}", branch=("", "seoul", "busan")[number % 3])
            await _note(one, "recording:x", branch="seoul", deed=Deed.LISTENED)
            async with one.database.reading() as session:
                seoul = Branches(some=frozenset({"seoul"}))
                assert [e.seq for e in await entries(session, Wanted(branches=seoul))] == [7, 5, 2]
                assert [e.seq for e in await entries(session, Wanted(branches=seoul, deed="listened"))] == [7]
                assert [e.seq for e in await entries(session, Wanted(branches=EVERYWHERE, before=5, limit=2))] == [4, 3]
                assert await entries(session, Wanted(branches=Branches())) == []

    asyncio.run(run())
