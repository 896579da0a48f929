"""What stands before every route of the people's application: headers, limits, other sites, words for refusals."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from kit.console import client_of, console

import appliance.console
from appliance.console.apps import people_app
from appliance.console.pages.texts import catalogue
from appliance.console.people.limits import Limits
from appliance.console.people.own_site import OwnSite
from appliance.console.people.security_headers import SecurityHeaders
from appliance.console.people.throttle import Allowance

Scene = Callable[[httpx.AsyncClient], Awaitable[None]]


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def run(app: FastAPI, scene: Scene) -> None:
    async def inside() -> None:
        async with client_of(app) as client:
            await scene(client)

    asyncio.run(inside())


def guarded(clock: Clock, *, burst: float = 3, most_bytes: int = 100) -> FastAPI:
    app = FastAPI()
    rule = Allowance(burst=burst, per_s=0.5)
    app.add_middleware(OwnSite)
    app.add_middleware(Limits, now_s=clock, address=rule, token=rule, most_bytes=most_bytes)
    app.add_middleware(SecurityHeaders, secure=True)

    @app.api_route("/", methods=["GET", "POST"])
    async def route(request: Request) -> int:
        return len(await request.body())

    return app


def test_caller_when_too_fast_then_429_until_time_has_passed() -> None:
    clock = Clock()

    async def scene(client: httpx.AsyncClient) -> None:
        answers = [await client.get("/") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert (answers[3].headers["retry-after"], answers[3].json()["kind"]) == ("2", "too_many")
        assert "content-security-policy" in answers[3].headers
        clock.now_s = 2.0
        assert (await client.get("/")).status_code == 200

    run(guarded(clock), scene)


def test_token_when_too_fast_then_429_whatever_the_address() -> None:
    app = FastAPI()
    app.add_middleware(Limits, now_s=Clock(), token=Allowance(burst=2, per_s=1))

    @app.get("/")
    async def route() -> None: ...

    async def scene(client: httpx.AsyncClient) -> None:
        one, other = {"Authorization": "Bearer a"}, {"Authorization": "Bearer b"}
        sent = [one, one, one, other]
        assert [(await client.get("/", headers=each)).status_code for each in sent] == [200, 200, 429, 200]

    run(app, scene)


def test_body_when_too_large_then_refused_also_without_a_length() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 60

    async def scene(client: httpx.AsyncClient) -> None:
        assert (await client.post("/", content=b"x" * 100)).json() == 100
        refused = await client.post("/", content=b"x" * 101)
        assert (refused.status_code, refused.json()["kind"]) == (413, "too_large")
        assert (await client.post("/", content=b"x", headers={"Content-Length": "-1"})).status_code == 413
        assert (await client.post("/", content=pieces())).status_code == 413

    run(guarded(Clock(), burst=100), scene)


def test_other_site_when_it_sends_a_form_then_refused_whatever_the_route_asks() -> None:
    async def scene(client: httpx.AsyncClient) -> None:
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert (await client.post("/", headers=foreign)).status_code == 403
        assert (await client.post("/", headers={"Origin": "https://evil.example"})).status_code == 403
        assert (await client.get("/", headers=foreign)).status_code == 200
        assert (await client.post("/", headers={**foreign, "Authorization": "Bearer x"})).status_code == 200
        assert (await client.post("/", headers={"Sec-Fetch-Site": "same-origin"})).status_code == 200

    run(guarded(Clock(), burst=100), scene)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/api/v1/nowhere", "/static/console.css"])
def test_answer_when_whatever_it_is_then_with_security_headers(sqlite_url: str, tmp_path: Path, path: str) -> None:
    async def inside() -> None:
        async with console(sqlite_url, tmp_path) as one, client_of(people_app(one)) as client:
            answer = await client.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert answer.headers["cache-control"] == "no-store"
            assert "strict-transport-security" not in answer.headers  # not by https here

    asyncio.run(inside())


def test_headers_when_by_https_then_browsers_stay_with_it() -> None:
    async def scene(client: httpx.AsyncClient) -> None:
        assert (await client.get("/")).headers["strict-transport-security"] == "max-age=31536000"

    run(guarded(Clock()), scene)


def test_path_when_there_is_none_then_a_page_for_people_and_a_problem_for_programs(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def inside() -> None:
        async with console(sqlite_url, tmp_path) as one, client_of(people_app(one)) as client:
            page = await client.get("/nowhere", headers={"Accept": "text/html", "Accept-Language": "ko"})
            assert (page.status_code, "찾을 수 없습니다" in page.text) == (404, True)
            problem = await client.get("/api/v1/nowhere")
            assert (problem.status_code, problem.json()["title"]) == (404, "Not Found")

    asyncio.run(inside())


def test_openapi_when_read_then_it_says_how_a_program_comes_in(sqlite_url: str, tmp_path: Path) -> None:
    async def inside() -> None:
        async with console(sqlite_url, tmp_path) as one:
            document = people_app(one).openapi()
        assert document["components"]["securitySchemes"]["ApiToken"]["scheme"] == "bearer"
        routes = [route for path in document["paths"].values() for route in path.values()]
        assert len(routes) > 10 and all(route["security"] == [{"ApiToken": []}] for route in routes)

    asyncio.run(inside())


def test_refusals_when_they_are_raised_then_both_languages_have_words_for_each() -> None:
    rooms = [Path(appliance.console.__file__).parent / room for room in ("people", "tokens", "webhooks")]
    text = "\n".join(path.read_text() for room in rooms for path in room.rglob("*.py"))
    kinds = set(re.findall(r'\bkind ?= ?"([a-z_]+)"', text)) - {"refused"}
    assert len(kinds) > 20
    assert {kind for kind in kinds if not catalogue().has(f"refused.{kind}")} == set()
