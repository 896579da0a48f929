"""People are added and changed; somebody always stays admin of all branches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from kit.console import add_branch, console
from kit.people import add_person, browser_of
from sqlalchemy import func, select

from appliance.console.audit.log import Wanted, entries
from appliance.console.context import Console
from appliance.console.database.tables import Person, PersonSession
from appliance.console.errors import NotFoundError
from appliance.console.people import keeping, recovery
from appliance.console.people.errors import PersonError
from appliance.console.people.present import Signature
from appliance.console.people.roles import Branches, Grant, Role, grants_of

ADMIN = Grant(role=Role.ADMIN, branch="*")
BY_ROOT = Signature(wall_s=1e9, who="person:root", address="::1")


@asynccontextmanager
async def office(url: str, tmp_path: Path) -> AsyncIterator[Console]:
    async with console(url, tmp_path) as one:
        await add_branch(one, "seoul")
        await add_person(one, "root", "admin@*")
        yield one


async def deeds(one: Console) -> list[tuple[str, str, str]]:
    async with one.database.reading() as session:
        found = await entries(session, Wanted(branches=Branches(every=True)))
    return [(entry.deed, entry.about, entry.detail) for entry in reversed(found)]


def test_person_when_added_and_changed_then_listed_and_audited(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with office(database_url, tmp_path) as one:
            supervisor = Grant(role=Role.SUPERVISOR, branch="seoul")
            async with one.database.writing() as session:
                await keeping.add(
                    session, person="Kim.Minji", name=" Kim  Minji ", grants=[supervisor], password="h", once=True,
                    signature=BY_ROOT,
                )  # fmt: skip
                await keeping.set_grants(session, "kim.minji", [ADMIN, supervisor], signature=BY_ROOT)
            async with one.database.reading() as session:
                kim = next(person for person in await keeping.known(session) if person.person == "kim.minji")
            assert (kim.name, kim.grants, kim.has_factor) == (
                "Kim Minji", grants_of([("admin", "*"), ("supervisor", "seoul")]), False,
            )  # fmt: skip
            assert await deeds(one) == [
                ("person_added", "person:kim.minji", "supervisor@seoul"),
                ("person_changed", "person:kim.minji", "roles: admin@* supervisor@seoul"),
            ]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("described", "kind"),
    [
        (("root", "Root", "*"), "person_taken"),
        (("kim minji", "Kim", "*"), "log_in_name"),
        (("", "Kim", "*"), "log_in_name"),
        (("k" * 64, "Kim", "*"), "log_in_name"),
        (("kim", "  ", "*"), "person_name"),
        (("kim", "K" * 101, "*"), "person_name"),
        (("kim", "Kim", "busan"), "branch"),
    ],
)
def test_person_when_wrongly_described_then_refused(
    sqlite_url: str, tmp_path: Path, described: tuple[str, str, str], kind: str
) -> None:
    person, name, branch = described

    async def run() -> None:
        async with office(sqlite_url, tmp_path) as one:
            with pytest.raises(PersonError) as caught:
                async with one.database.writing() as session:
                    await keeping.add(
                        session, person=person, name=name, grants=[Grant(role=Role.AUDITOR, branch=branch)],
                        password="h", once=True, signature=BY_ROOT,
                    )  # fmt: skip
            assert caught.value.kind == kind
            assert await deeds(one) == []

    asyncio.run(run())


def test_admin_when_the_last_then_stays(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with office(database_url, tmp_path) as one:
            await add_person(one, "lee", "auditor@*")
            for change in ("grants", "out"):
                with pytest.raises(PersonError) as caught:
                    async with one.database.writing() as session:
                        if change == "grants":
                            await keeping.set_grants(session, "root", [], signature=BY_ROOT)
                        else:
                            await keeping.put_out(session, "root", signature=BY_ROOT)
                assert caught.value.kind == "last_admin"
            async with one.database.reading() as session:
                assert (await keeping.one(session, "root")).grants.grants == {ADMIN}

    asyncio.run(run())


def test_admins_when_they_put_each_other_out_at_once_then_one_stays(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with office(database_url, tmp_path) as one:
            await add_person(one, "lee", "admin@*")

            async def out(person: str) -> None:
                async with one.database.writing() as session:
                    await keeping.put_out(session, person, signature=BY_ROOT)

            done = await asyncio.gather(out("root"), out("lee"), return_exceptions=True)
            assert sorted(type(error).__name__ for error in done) == ["NoneType", "PersonError"]

    asyncio.run(run())


def test_person_when_put_out_reset_or_of_a_new_password_then_their_sessions_end(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def run() -> None:
        async with office(sqlite_url, tmp_path) as one:
            await add_person(one, "kim", "auditor@*")

            async def sessions_left() -> int:
                async with one.database.reading() as session:
                    return await session.scalar(select(func.count()).select_from(PersonSession)) or 0

            await browser_of(one, "kim")
            async with one.database.writing() as session:
                await keeping.put_out(session, "kim", signature=BY_ROOT)
            assert await sessions_left() == 0
            async with one.database.writing() as session:
                await keeping.let_in(session, "kim", signature=BY_ROOT)
            cookie = (await browser_of(one, "kim"))["Cookie"].partition("=")[2]
            await browser_of(one, "kim")
            async with one.database.writing() as session:
                await keeping.change_password(session, "kim", password="h", cookie=cookie, signature=BY_ROOT)
            assert await sessions_left() == 1
            async with one.database.writing() as session:
                await keeping.reset(session, "kim", password="h2", factor_too=True, signature=BY_ROOT)
            assert await sessions_left() == 0
            async with one.database.reading() as session:
                row = await session.get_one(Person, "kim")
            assert (row.password, row.password_once, row.factor, row.disabled_s) == ("h2", True, "", None)

    asyncio.run(run())


def test_reset_when_the_factor_is_forgotten_then_the_recovery_codes_open_nothing(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def run() -> None:
        async with office(sqlite_url, tmp_path) as one:
            await add_person(one, "kim", "auditor@seoul")
            for factor_too, left in ((False, 2), (True, 0)):
                async with one.database.writing() as session:
                    await recovery.replace(session, "kim", ["a hash", "another hash"], now_s=1e9)
                    await keeping.reset(session, "kim", password="h", factor_too=factor_too, signature=BY_ROOT)
                async with one.database.reading() as session:
                    assert await recovery.left(session, "kim") == left

    asyncio.run(run())


def test_person_when_not_there_then_said(sqlite_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with office(sqlite_url, tmp_path) as one:
            with pytest.raises(NotFoundError):
                async with one.database.writing() as session:
                    await keeping.put_out(session, "nobody", signature=BY_ROOT)

    asyncio.run(run())
