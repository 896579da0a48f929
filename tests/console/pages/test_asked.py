"""What stands in an address is looked at before it is used: on both databases nothing of it is an error of ours."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from kit.console import add_branch, client_of
from kit.console import console as a_console
from kit.people import add_person, browser_of

from appliance.cloud.live import Health, LiveQueue, LiveState
from appliance.console.apps import people_app
from appliance.console.live.states import keep
from appliance.console.pages.board import MOST
from appliance.stamps import Stamp

AT = Stamp(boot="b", mono_s=1.0, wall_s=1.0, synced=True)
HEALTH = Health(
    version="1", uptime_s=1.0, edge="running", contact_processes=1, free_processes=1, storage_used=0, storage_budget=1,
    pending_events=0, pending_recordings=0,
)  # fmt: skip
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


def test_pages_when_there_are_many_branches_then_a_list_to_choose_from_and_those_in_need(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def whole() -> None:
        async with a_console(sqlite_url, tmp_path) as console:
            await add_person(console, "kim", "admin@*")
            for number in range(MOST + 5):
                await add_branch(console, f"b{number}", box=f"box{number}")
                waiting = LiveQueue(queue="q", name="q", waiting=1, oldest_s=float(number), staffed=1, available=0)
                state = LiveState(at=AT, number=1, queues=(waiting,), health=HEALTH)
                async with console.database.writing() as session:
                    await keep(session, branch=f"b{number}", box=f"box{number}", state=state, now_s=console.now_s())
            async with client_of(people_app(console)) as client:
                headers = await browser_of(console, "kim")
                board = (await client.get("/board", headers=headers)).text
                assert board.count('<section class="card"') == MOST + 1
                assert 'href="/fleet/b0"' not in board
                assert f'href="/fleet/b{MOST + 4}"' in board
                assert "5 more branches are not shown" in board
                for path in ("/board", "/metrics", "/outages", "/queues", "/agents"):
                    assert '<select name="branch">' in (await client.get(path, headers=headers)).text
                alone = (await client.get("/board?branch=b0", headers=headers)).text
                assert 'href="/fleet/b0"' in alone
                assert '<option value="b0" selected>' in alone

    asyncio.run(whole())
