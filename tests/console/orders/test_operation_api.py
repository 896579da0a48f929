"""`/api/v1` of operation: programs with the scope steer the branches of their token, and no others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from kit.console import add_branch, client_of, console
from kit.people import add_person, token_of
from sqlalchemy import select

from appliance.console.apps import people_app
from appliance.console.audit.log import Wanted, entries
from appliance.console.context import Console
from appliance.console.database.tables import BoxOrder
from appliance.console.people.roles import Branches
from appliance.console.tokens.scopes import Scope

Scene = Callable[[Console, httpx.AsyncClient], Awaitable[None]]
SEOUL, BUSAN = "/api/v1/branches/seoul", "/api/v1/branches/busan"


def play(url: str, folder: Path, scene: Scene, *scopes: Scope) -> None:
    """A program of an admin's whose token is good at seoul only."""

    async def run() -> None:
        async with console(url, folder) as one, client_of(people_app(one)) as client:
            await add_branch(one, "seoul", box="s1")
            await add_branch(one, "busan", box="p1")
            await add_person(one, "root", "admin@*")
            token = await token_of(one, "root", *(scopes or (Scope.OPERATE, Scope.READ)), branches="seoul")
            client.headers["Authorization"] = f"Bearer {token}"
            await scene(one, client)

    asyncio.run(run())


def test_desired_when_put_published_and_dropped_then_it_shows_and_the_box_has_an_order(
    database_url: str, tmp_path: Path
) -> None:
    async def scene(one: Console, client: httpx.AsyncClient) -> None:
        put = await client.put(f"{SEOUL}/desired/queue/sales", json={"content": {"name": "판매", "wrap_up_s": 5}})
        assert put.status_code == 204
        await client.put(f"{SEOUL}/desired/disposition/12@sales", json={"content": None})
        done = await client.post(f"{SEOUL}/publications")
        assert (done.status_code, done.json()) == (200, {"box": "s1", "number": 1})
        shown = (await client.get(f"{SEOUL}/desired")).json()
        assert [(item["kind"], item["name"], item["content"]) for item in shown["items"]] == [
            ("queue", "sales", {"name": "판매", "wrap_up_s": 5}),
            ("disposition", "12@sales", None),
        ]
        assert [(order["number"], order["outcome"]) for order in shown["orders"]] == [(1, "waiting")]
        assert (await client.delete(f"{SEOUL}/desired/queue/sales")).status_code == 204
        ordered = await client.post(f"{SEOUL}/commands", json={"command": "collect_logs", "hours": 3})
        assert ordered.json() == {"box": "s1", "number": 2}
        restart = await client.post(f"{SEOUL}/commands", json={"command": "restart", "service": "edge"})
        assert restart.json()["number"] == 3
        refused = await client.post(f"{SEOUL}/commands", json={"command": "restart", "service": "ssh"})
        assert refused.status_code == 422
        async with one.database.reading() as session:
            kinds = list(await session.scalars(select(BoxOrder.kind).order_by(BoxOrder.number)))
            deeds = await entries(session, Wanted(branches=Branches(every=True), deed="ordered"))
        assert kinds == ["desired_state", "command", "command"]
        assert all(entry.who.startswith("token:") and entry.branch == "seoul" for entry in deeds)

    play(database_url, tmp_path, scene)


def test_deed_when_the_token_is_for_another_branch_or_another_scope_then_refused(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def scene(one: Console, client: httpx.AsyncClient) -> None:
        assert (await client.get(f"{BUSAN}/desired")).status_code == 404
        assert (await client.put(f"{BUSAN}/desired/queue/sales", json={})).status_code == 404
        assert (await client.post(f"{BUSAN}/publications")).status_code == 404
        assert (await client.post(f"{BUSAN}/commands", json={"command": "restart"})).status_code == 404
        assert (await client.post(f"{SEOUL}/commands", json={"command": "erase"})).status_code in (403, 404)
        async with one.database.reading() as session:
            assert (await session.scalars(select(BoxOrder))).all() == []

    play(sqlite_url, tmp_path, scene)


def test_deed_when_the_token_may_only_read_then_refused(sqlite_url: str, tmp_path: Path) -> None:
    async def scene(one: Console, client: httpx.AsyncClient) -> None:
        assert (await client.get(f"{SEOUL}/desired")).status_code == 403
        assert (await client.post(f"{SEOUL}/publications")).status_code == 403

    play(sqlite_url, tmp_path, scene, Scope.READ)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/desired/moon/x", "{}"),
        ("/desired/queue/%00", "{}"),
        ("/desired/queue/x", "[]"),
        ("/desired/queue/x", '{"content": {"name": "\\ud800"}}'),
        ("/desired/queue/x", '{"content": {"\\udfff": 1}}'),
        ("/desired/queue/x", '{"content": {"n": NaN}}'),
        ("/desired/queue/x", f'{{"content": {{"n": "{"x" * 300_000}"}}}}'),
        ("/desired/queue/x", '{"blob": "../../etc/passwd"}'),
        ("/desired/queue/x", '{"content": {"a": ' + "[" * 3000 + "]" * 3000 + "}}"),
    ],
    ids=["kind", "name", "shape", "half letter", "half letter in a key", "number", "length", "blob", "depth"],
)
def test_wish_when_it_cannot_be_stored_then_the_program_is_told(
    database_url: str, tmp_path: Path, path: str, body: str
) -> None:
    async def scene(one: Console, client: httpx.AsyncClient) -> None:
        answer = await client.put(SEOUL + path, content=body, headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500, answer.text
        shown: dict[str, Any] = (await client.get(f"{SEOUL}/desired")).json()
        assert shown["items"] == []

    play(database_url, tmp_path, scene)


def test_content_when_it_has_a_nul_then_stored_as_it_is(database_url: str, tmp_path: Path) -> None:
    async def scene(one: Console, client: httpx.AsyncClient) -> None:
        content = {"name": "a\0b"}
        assert (await client.put(f"{SEOUL}/desired/queue/x", json={"content": content})).status_code == 204
        assert (await client.get(f"{SEOUL}/desired")).json()["items"][0]["content"] == content

    play(database_url, tmp_path, scene)
