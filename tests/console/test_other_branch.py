"""Another branch's data: by id, by list, by search, by page or API, whoever asks and whatever right they have at
their own branch: nothing of it is told, not even that it is there, and who tries is written down.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from kit.boxes import NOON_S, PretendBox, contact_event, contact_record
from kit.console import add_branch, client_of, console
from kit.people import add_person, browser_of, token_of

from appliance.cloud import delivery, noted
from appliance.cloud.reconciling import OUTAGE, Outage
from appliance.cloud.recordings import RECORDING, RecordingFacts
from appliance.console.apps import people_app
from appliance.console.audit.log import Wanted, entries
from appliance.console.context import Console
from appliance.console.ingest.receiving import receive
from appliance.console.people.roles import Branches
from appliance.console.tokens.scopes import Scope
from appliance.stamps import Stamp

CONTACT = "c0ffee00-0000-4000-8000-00000000c0de"
RECORDED = "5ec0de00-0000-4000-8000-0000000c0ffe"
IDS = {"contact": CONTACT, "recording": RECORDED, "branch": "seoul", "box": "b-seoul"}
# Whatever betrays seoul: a number, names, ids.
MARKS = ("82299998888", "9999-8888", "agent-of-seoul", "queue-of-seoul", "Secret Seoul", "health-of-seoul", "b-seoul")
STREAMS = {"/live/changes"}
REFUSED = {403, 404}
INCOMPLETE = {400, 422}  # what the route needs beside the id isn't there: it says so before it looks
AT = Stamp(boot="11111111-1111-4111-8111-111111111111", mono_s=1.0, wall_s=NOON_S, synced=True)


class World:
    def __init__(self, one: Console, app: FastAPI, client: httpx.AsyncClient) -> None:
        self.console, self.app, self.client = one, app, client

    def paths(self, *methods: str) -> list[tuple[str, str]]:
        found = {(method, c.path) for c in iter_route_contexts(self.app.routes) for method in c.methods or () if c.path}
        return sorted((method, path) for method, path in found if method in methods and path not in STREAMS)

    async def refused(self) -> int:
        async with self.console.database.reading() as session:
            return len(await entries(session, Wanted(branches=Branches(every=True), deed="refused", limit=1000)))


def _seoul() -> PretendBox:
    box = PretendBox("b-seoul", "seoul")
    record = contact_record(
        ContactId=CONTACT,
        CustomerEndpoint={"Address": "+82299998888", "Type": "TELEPHONE_NUMBER"},
        Queue={"Name": "queue-of-seoul", "EnqueueTimestamp": None, "Duration": 1},
    )
    record["Agent"] = {**record["Agent"], "Username": "agent-of-seoul"}
    box.add("contact_event", contact_event(CONTACT, 1, {"type": "contact_arrived"}), subject=CONTACT)
    box.add("contact_record", record, subject=CONTACT)
    box.add("queue", {"queue": "queue-of-seoul"}, subject="queue-of-seoul")
    box.add("agent", {"agent": "agent-of-seoul"}, subject="agent-of-seoul")
    box.add(noted.HEALTH, noted.HealthNote(at=AT, topic="edge", ok=False, text="health-of-seoul"))
    box.add(OUTAGE, Outage(outage="o1", began_s=NOON_S, ended_s=NOON_S + 9, lasted_s=9, why="health-of-seoul"))
    facts = RecordingFacts(
        recording=RECORDED, contact=CONTACT, kind="call", media_type="audio/flac", started_s=NOON_S, duration_s=9,
        sealed=True, recipients=(), bytes=3, sha256="0" * 64, plain_sha256="0" * 64, signature="",
    )  # fmt: skip
    box.add(RECORDING, facts, subject=RECORDED)
    return box


@asynccontextmanager
async def world(url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with console(url, tmp_path, now_s=lambda: NOON_S + 600) as one:
        app = people_app(one)
        async with client_of(app) as client:
            await add_branch(one, "seoul", box="b-seoul", name="Secret Seoul")
            await add_branch(one, "busan", box="b-busan")
            box = _seoul()
            body, headers = box.batch()
            after, signature = headers[delivery.AFTER], headers[delivery.SIGNATURE]
            await receive(one, box.sender, body, after=after, signature=signature)
            await add_person(one, "root", "admin@*")
            await add_person(one, "min", "admin@busan", "supervisor@busan", "auditor@busan")
            yield World(one, app, client)


def filled(path: str, ids: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: ids.get(found[1], "seoul"), path)


def with_world(url: str, tmp_path: Path, scene: Callable[[World], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with world(url, tmp_path) as one:
            await scene(one)

    asyncio.run(inside())


def test_marks_when_an_admin_of_all_looks_then_they_are_seen(sqlite_url: str, tmp_path: Path) -> None:
    """The other tests would find nothing if nothing were there."""

    async def scene(one: World) -> None:
        headers = {**await browser_of(one.console, "root"), "Accept": "*/*"}
        seen = ""
        for method, path in one.paths("GET"):
            answer = await one.client.request(method, filled(path, IDS), headers=headers)
            assert answer.status_code < 500, (path, answer.text)
            seen += answer.text
        assert [mark for mark in MARKS if mark not in seen] == []

    with_world(sqlite_url, tmp_path, scene)


@pytest.mark.parametrize("by", ["browser", "token", "token of an admin of all, for busan"])
def test_other_branch_when_asked_for_then_nothing_of_it_is_told(database_url: str, tmp_path: Path, by: str) -> None:
    async def scene(one: World) -> None:
        headers = await browser_of(one.console, "min")
        if by != "browser":
            maker = "min" if by == "token" else "root"
            headers = {"Authorization": f"Bearer {await token_of(one.console, maker, *Scope, branches='busan')}"}
        told, answered = {}, {}
        for method, path in one.paths("GET"):
            for accept in ("text/html", "application/json"):
                address = filled(path, IDS)
                answer = await one.client.request(method, address, headers={**headers, "Accept": accept})
                own = answer.text.replace(address, "")
                told.update({(path, mark): answer.status_code for mark in MARKS if mark in own})
                if any(f"{{{name}" in path for name in IDS) and answer.status_code not in {*REFUSED, *INCOMPLETE}:
                    answered[path] = answer.status_code
        assert told == {}
        assert answered == {}
        assert await one.refused() >= 6

    with_world(database_url, tmp_path, scene)


def test_other_branch_when_searched_for_then_nothing_is_found(database_url: str, tmp_path: Path) -> None:
    async def scene(one: World) -> None:
        headers = await browser_of(one.console, "min")
        queries = [
            "branch=seoul", "number=99998888", "number=%2B82299998888", "agent=agent-of-seoul", "queue=queue-of-seoul",
            "branch=seoul&branch=busan", f"contact={CONTACT}", "box=b-seoul", "branch=*", "branch=%25",
        ]  # fmt: skip
        told = {}
        for _, path in one.paths("GET"):
            for query in queries if "{" not in path else []:
                answer = await one.client.get(f"{path}?{query}", headers={**headers, "Accept": "application/json"})
                assert answer.status_code < 500, (path, query, answer.text)
                others = [mark for mark in MARKS if mark not in query]  # what was typed stands in its field
                told.update({(path, query, mark): answer.status_code for mark in others if mark in answer.text})
        assert told == {}

    with_world(database_url, tmp_path, scene)


def test_other_branch_when_it_is_to_be_changed_then_refused(sqlite_url: str, tmp_path: Path) -> None:
    async def scene(one: World) -> None:
        headers = {**await browser_of(one.console, "min"), "Accept": "application/json"}
        done, named = {}, 0
        for method, path in one.paths("POST", "PUT", "PATCH", "DELETE"):
            if not any(f"{{{name}" in path for name in IDS):
                continue
            named += 1
            answer = await one.client.request(method, filled(path, IDS), headers=headers)
            if answer.status_code not in {*REFUSED, *INCOMPLETE}:
                done[method, path] = answer.status_code
        assert done == {} and named > 0

    with_world(sqlite_url, tmp_path, scene)
