"""What stands in an address is looked at before it is used: on both databases nothing of it is an error of ours."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from kit.console import add_branch, client_of
from kit.console import console as a_console
from kit.people import add_person, browser_of

from appliance.console.apps import people_app

STRANGE = ("%00", "%0d%0a", "<script>", "'%20OR%201=1--", "a" * 3000, "%F0%9F%90%88", "..%2f..%2fetc%2fpasswd")
PLACES = (
    "/fleet/{}",
    "/board?branch={}",
    "/contacts?number={}",
    "/contacts?since={}",
    "/contacts?after={}",
    "/contacts?recorded={}",
    "/contacts/{}",
    "/metrics?branch={}",
    "/metrics?range={}",
    "/outages?branch={}",
    "/queues?branch={}",
    "/agents?branch={}",
    "/preferences?zone={}&language={}&back={}",
)


@pytest.mark.parametrize("place", PLACES)
def test_page_when_its_address_is_strange_then_refused_or_empty_but_never_broken(
    database_url: str, tmp_path: Path, place: str
) -> None:
    async def whole() -> None:
        async with a_console(database_url, tmp_path) as console:
            await add_branch(console, "seoul", box="b1")
            await add_person(console, "kim", "admin@*")
            headers = {**await browser_of(console, "kim"), "Accept": "text/html"}
            async with client_of(people_app(console)) as client:
                for strange in STRANGE:
                    answer = await client.get(place.replace("{}", strange), headers=headers)
                    assert answer.status_code in {200, 303, 400, 404, 422}, (strange, answer.status_code)
                    assert "<script>" not in answer.text.split("</head>")[-1]
                    if answer.status_code == 303:
                        assert answer.headers["location"].startswith("/")
                        assert not answer.headers["location"].startswith("//")

    asyncio.run(whole())


@pytest.mark.parametrize("path", ["/fleet", "/board", "/contacts", "/metrics", "/outages", "/queues", "/agents"])
def test_page_when_nobody_is_signed_in_or_nothing_is_there_then_log_in_or_an_empty_page(
    sqlite_url: str, tmp_path: Path, path: str
) -> None:
    async def whole() -> None:
        async with a_console(sqlite_url, tmp_path) as console:
            await add_person(console, "kim", "admin@*")
            async with client_of(people_app(console)) as client:
                stranger = await client.get(path, headers={"Accept": "text/html"})
                assert (stranger.status_code, stranger.headers["location"]) == (303, f"/sign-in?back={path}")
                answer = await client.get(path, headers=await browser_of(console, "kim"))
                assert answer.status_code == 200

    asyncio.run(whole())
