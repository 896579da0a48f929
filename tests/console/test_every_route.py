"""Every route of the people's application, as it is put together: closed to nobody's request, to forged forms and to
people without a role. A new route is in here by itself; one that shall be open has to be named.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from kit.console import add_branch, client_of, console
from kit.people import add_person, browser_of

from appliance.console.apps import people_app
from appliance.console.people.forms import HARMLESS

# The log-in itself, the reader's own preferences, files, and what the API can do.
OPEN = {
    ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/sign-in/code"), ("POST", "/sign-in/password"),
    ("POST", "/sign-in/factor"), ("POST", "/sign-in/recovery"), ("POST", "/sign-in/again"), ("GET", "/preferences"),
    ("GET", "/api/v1/openapi.json"), ("HEAD", "/api/v1/openapi.json"),
}  # fmt: skip
# For whoever is signed in, whatever their roles.
OWN = {
    ("GET", "/account"), ("POST", "/account/password"), ("POST", "/account/factor"), ("POST", "/account/sessions"),
    ("POST", "/account/recovery"), ("POST", "/sign-out"),
}  # fmt: skip


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    for context in iter_route_contexts(app.routes):
        yield from ((method, context.path or "") for method in sorted(context.methods or ()))


def filled(path: str) -> str:
    """With something in the place of every parameter."""
    return re.sub(r"\{[^}]*\}", "seoul", path)


async def ask(client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    accept = {"Accept": "application/json"}
    return await client.request(method, filled(path), headers={**accept, **headers})


def test_routes_when_listed_then_there_are_many_and_every_exception_is_one(sqlite_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(sqlite_url, tmp_path) as one:
            found = set(routes(people_app(one)))
        assert len(found) > 40
        assert found >= OPEN | OWN

    asyncio.run(run())


def test_route_when_asked_by_nobody_then_closed(sqlite_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(sqlite_url, tmp_path) as one, client_of(people_app(one)) as client:
            await add_branch(one, "seoul")
            open_ones = {}
            for method, path in sorted(set(routes(people_app(one))) - OPEN):
                answer = await ask(client, method, path, {})
                if answer.status_code != 401:
                    open_ones[method, path] = answer.status_code
        assert open_ones == {}

    asyncio.run(run())


def test_route_when_asked_by_somebody_without_a_role_then_closed(sqlite_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with console(sqlite_url, tmp_path) as one, client_of(people_app(one)) as client:
            await add_branch(one, "seoul")
            await add_person(one, "kim")
            kim = await browser_of(one, "kim")
            open_ones = {}
            for method, path in sorted(set(routes(people_app(one))) - OPEN - OWN):
                answer = await ask(client, method, path, kim)
                if answer.status_code not in {403, 404}:
                    open_ones[method, path] = answer.status_code
        assert open_ones == {}

    asyncio.run(run())


@pytest.mark.parametrize("lacks", ["X-CSRF", "Sec-Fetch-Site"])
def test_form_when_it_is_not_the_session_s_own_then_no_route_takes_it(
    sqlite_url: str, tmp_path: Path, lacks: str
) -> None:
    async def run() -> None:
        async with console(sqlite_url, tmp_path) as one, client_of(people_app(one)) as client:
            await add_branch(one, "seoul")
            await add_person(one, "root", "admin@*")
            root = await browser_of(one, "root")
            root[lacks] = "cross-site" if lacks == "Sec-Fetch-Site" else "0" * 64
            taken = {}
            for method, path in sorted(set(routes(people_app(one))) - {("POST", "/sign-in")}):
                if method in HARMLESS:
                    continue
                answer = await ask(client, method, path, root)
                if (answer.status_code, answer.json().get("kind")) != (403, "forged"):
                    taken[method, path] = answer.status_code
        assert taken == {}

    asyncio.run(run())


def test_route_when_it_changes_something_then_not_by_a_link(sqlite_url: str, tmp_path: Path) -> None:
    """GET only reads: names of deeds belong to routes that a form is sent to."""

    async def run() -> None:
        async with console(sqlite_url, tmp_path) as one:
            found = set(routes(people_app(one)))
        deeds = re.compile(r"/(remove|reset|out|in|on|off|revoke|publish|erase|restart|secret|again|ping)$")
        assert {path for method, path in found if method == "GET" and deeds.search(path)} == set()

    asyncio.run(run())
