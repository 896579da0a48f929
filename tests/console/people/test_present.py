"""Who a request is of, what they may, and that every refusal is written down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from kit.console import add_branch, client_of, console
from kit.people import add_person, browser_of, token_of
from sqlalchemy import select, update

from appliance.console.audit.log import Wanted, entries
from appliance.console.context import Console, Reading
from appliance.console.database.tables import ApiToken, Branch, Person, PersonGrant
from appliance.console.people import refusals
from appliance.console.people.present import CanListen, CanRead, SomeonePresent, seen
from appliance.console.people.roles import Branches, Right
from appliance.console.people.session_tokens import IDLE_S, LIFETIME_S, Stage
from appliance.console.tokens.scopes import Scope


class Clock:
    """A test's own."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


class World:
    """Two branches, and an application with one route of each sort."""

    def __init__(self, one: Console, client: httpx.AsyncClient, clock: Clock) -> None:
        self.console, self.client, self.clock = one, client, clock

    async def get(self, path: str, headers: dict[str, str]) -> httpx.Response:
        return await self.client.get(path, headers={"Accept": "application/json", **headers})

    async def refusals(self) -> list[tuple[str, str, str]]:
        async with self.console.database.reading() as session:
            found = await entries(session, Wanted(branches=Branches(every=True), deed="refused"))
        return [(entry.who, entry.about, entry.detail) for entry in found]


def _app(one: Console) -> FastAPI:
    app = FastAPI()
    app.state.console = one
    refusals.install(app)

    @app.get("/branches")
    async def branches(present: CanRead, session: Reading) -> list[str]:
        query = select(Branch.branch).where(seen(Branch.branch, present.branches(Right.READ)))
        return sorted((await session.scalars(query)).all())

    @app.get("/listen/{branch}")
    async def listen(branch: str, present: CanListen) -> str:
        present.must(Right.LISTEN, branch)
        return branch

    @app.post("/change")
    async def change(present: SomeonePresent) -> str:
        return present.who

    return app


@asynccontextmanager
async def _world(url: str, tmp_path: Path) -> AsyncIterator[World]:
    clock = Clock()
    async with console(url, tmp_path, now_s=clock) as one, client_of(_app(one)) as client:
        await add_branch(one, "seoul")
        await add_branch(one, "busan")
        yield World(one, client, clock)


@pytest.fixture
def live(sqlite_url: str, tmp_path: Path) -> Callable[[Callable[[World], Awaitable[None]]], None]:
    def run(scene: Callable[[World], Awaitable[None]]) -> None:
        async def inside() -> None:
            async with _world(sqlite_url, tmp_path) as world:
                await scene(world)

        asyncio.run(inside())

    return run


Live = Callable[[Callable[[World], Awaitable[None]]], None]


def test_reads_when_granted_at_one_branch_then_that_one_only(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with _world(database_url, tmp_path) as world:
            await add_person(world.console, "kim", "supervisor@busan")
            await add_person(world.console, "lee", "auditor@*")
            kim, lee = [await browser_of(world.console, name) for name in ("kim", "lee")]
            assert (await world.get("/branches", kim)).json() == ["busan"]
            assert (await world.get("/branches", lee)).json() == ["busan", "seoul"]

    asyncio.run(run())


def test_one_thing_when_at_another_branch_then_not_there_and_audited(live: Live) -> None:
    async def scene(world: World) -> None:
        await add_person(world.console, "kim", "supervisor@busan", "auditor@seoul")
        kim = await browser_of(world.console, "kim")
        assert (await world.get("/listen/busan", kim)).status_code == 200
        forbidden, hidden = await world.get("/listen/seoul", kim), await world.get("/listen/daegu", kim)
        assert (forbidden.status_code, forbidden.json()["kind"]) == (403, "forbidden")
        assert (hidden.status_code, hidden.json()["kind"]) == (404, "not_found")
        assert hidden.headers["content-type"] == "application/problem+json"
        assert await world.refusals() == [
            ("person:kim", "GET /listen/daegu", "not_found"),
            ("person:kim", "GET /listen/seoul", "forbidden"),
        ]

    live(scene)


def test_right_when_held_nowhere_then_forbidden(live: Live) -> None:
    async def scene(world: World) -> None:
        await add_person(world.console, "lee", "auditor@*")
        answer = await world.get("/listen/busan", await browser_of(world.console, "lee"))
        assert (answer.status_code, answer.json()["detail"]) == (
            403,
            "person:lee lacks the right to listen; an admin can grant a role",
        )

    live(scene)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Cookie": "linekeeper=x"}, {"Authorization": "Bearer lkt_x"}, {"Authorization": "Basic a2ltOng="},
     {"Authorization": f"Bearer lkt_{'a' * 12}_{'A' * 43}"}],
)  # fmt: skip
def test_request_when_of_nobody_then_told_to_sign_in_and_nothing_is_written(
    live: Live, headers: dict[str, str]
) -> None:
    async def scene(world: World) -> None:
        answer = await world.get("/branches", headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        page = await world.client.get("/branches?a=1", headers={"Accept": "text/html", **headers})
        assert (page.status_code, page.headers["location"]) == (303, "/sign-in?back=/branches%3Fa%3D1")
        assert await world.refusals() == []

    live(scene)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.SIGNED_IN])
def test_session_when_the_log_in_is_not_finished_then_opens_nothing(live: Live, stage: Stage) -> None:
    async def scene(world: World) -> None:
        await add_person(world.console, "kim", "admin@*")
        assert (await world.get("/branches", await browser_of(world.console, "kim", stage=stage))).status_code == 401

    live(scene)


def test_session_when_idle_then_over_and_when_used_then_not_until_the_day_is(live: Live) -> None:
    async def scene(world: World) -> None:
        await add_person(world.console, "kim", "admin@*")
        kim, lazy = [await browser_of(world.console, "kim") for _ in range(2)]
        begun_s = world.clock.now_s
        while world.clock.now_s < begun_s + LIFETIME_S - IDLE_S / 2:
            world.clock.now_s += IDLE_S / 2
            assert (await world.get("/branches", kim)).status_code == (
                200 if world.clock() < begun_s + LIFETIME_S else 401
            )
        assert (await world.get("/branches", lazy)).status_code == 401
        world.clock.now_s = begun_s + LIFETIME_S
        assert (await world.get("/branches", kim)).status_code == 401

    live(scene)


def test_person_when_put_out_or_a_grant_is_taken_then_at_once(live: Live) -> None:
    async def scene(world: World) -> None:
        await add_person(world.console, "kim", "supervisor@busan")
        kim, token = await browser_of(world.console, "kim"), await token_of(world.console, "kim", Scope.READ)
        program = {"Authorization": f"Bearer {token}"}
        async with world.console.database.writing() as session:
            await session.execute(update(PersonGrant).values(branch="seoul"))
        assert (await world.get("/branches", kim)).json() == ["seoul"]
        assert (await world.get("/branches", program)).json() == ["seoul"]
        async with world.console.database.writing() as session:
            await session.execute(update(Person).values(disabled_s=1.0))
        assert (await world.get("/branches", kim)).status_code == 401
        assert (await world.get("/branches", program)).status_code == 401

    live(scene)


def test_token_when_used_then_does_its_scopes_at_its_branches_and_no_more(live: Live) -> None:
    async def scene(world: World) -> None:
        await add_person(world.console, "kim", "admin@*")
        reads = {"Authorization": f"Bearer {await token_of(world.console, 'kim', Scope.READ, branches='busan')}"}
        hears = {"Authorization": f"Bearer {await token_of(world.console, 'kim', Scope.LISTEN)}"}
        assert (await world.get("/branches", reads)).json() == ["busan"]
        assert (await world.get("/branches", hears)).status_code == 403
        assert (await world.get("/listen/busan", reads)).status_code == 403
        assert (await world.get("/listen/busan", hears)).status_code == 200
        changed = await world.client.post("/change", headers=reads)
        assert changed.json().startswith("token:")

    live(scene)


@pytest.mark.parametrize("end", ["revoked", "over", "another secret"])
def test_token_when_no_longer_good_then_refused(live: Live, end: str) -> None:
    async def scene(world: World) -> None:
        await add_person(world.console, "kim", "admin@*")
        text = await token_of(world.console, "kim", Scope.READ)
        other = await token_of(world.console, "kim", Scope.READ)
        if end == "revoked":
            async with world.console.database.writing() as session:
                await session.execute(update(ApiToken).values(revoked_s=1.0))
        if end == "over":
            world.clock.now_s += 3600.0
        if end == "another secret":
            text = text[:17] + other[17:]
        assert (await world.get("/branches", {"Authorization": f"Bearer {text}"})).status_code == 401

    live(scene)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"X-CSRF": ""}, 403),
        ({"X-CSRF": "ä".encode()}, 403),
        ({"X-CSRF": "0" * 64}, 403),
        ({"Sec-Fetch-Site": None, "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": None, "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": None, "Origin": "http://console.test"}, 200),
    ],
)
def test_form_when_sent_by_another_site_then_refused_and_audited(
    live: Live, change: dict[str, str | bytes | None], status: int
) -> None:
    async def scene(world: World) -> None:
        await add_person(world.console, "kim", "admin@*")
        sent = {**await browser_of(world.console, "kim"), "Accept": "application/json", **change}
        headers = {
            name.encode(): value if isinstance(value, bytes) else value.encode()
            for name, value in sent.items()
            if value is not None
        }
        answer = await world.client.post("/change", headers=headers)
        assert answer.status_code == status
        assert await world.refusals() == ([] if status == 200 else [("person:kim", "POST /change", "forged")])

    live(scene)


def test_form_when_its_key_is_another_session_s_then_refused_and_its_own_field_is_taken(live: Live) -> None:
    async def scene(world: World) -> None:
        await add_person(world.console, "kim", "admin@*")
        one, other = [await browser_of(world.console, "kim") for _ in range(2)]
        own, foreign = one.pop("X-CSRF"), other["X-CSRF"]
        assert (await world.client.post("/change", headers=one, data={"csrf": own})).status_code == 200
        assert (await world.client.post("/change", headers=one, data={"csrf": foreign})).status_code == 403
        assert (await world.client.post("/change", headers=one, json={"csrf": own})).status_code == 403

    live(scene)
