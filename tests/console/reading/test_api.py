"""`/api/v1` tells what boxes told, and nobody anything of a branch that is not theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from kit.boxes import NOON_S, PretendBox, contact_event, contact_record
from kit.console import add_branch, client_of, console
from kit.people import add_person, browser_of
from openapi_spec_validator import validate

from appliance.cloud import delivery, signing
from appliance.cloud.reconciling import Outage
from appliance.console.apps import people_app
from appliance.console.context import Console
from appliance.console.ingest.receiving import receive

Test = Callable[["World"], Awaitable[None]]


class World:
    """Seoul and Busan with a box each; admin sees both, kim Seoul only."""

    def __init__(self, one: Console, client: httpx.AsyncClient) -> None:
        self.console, self.client = one, client
        self.seoul, self.busan = PretendBox("b-seoul", "seoul"), PretendBox("b-busan", "busan")
        self.headers: dict[str, dict[str, str]] = {}

    async def people(self) -> None:
        for name, grant in (("admin", "admin@*"), ("kim", "supervisor@seoul"), ("nobody", "")):
            await add_person(self.console, name, *([grant] if grant else []))
            self.headers[name] = await browser_of(self.console, name)

    async def told(self) -> None:
        """What the boxes have made reaches the console."""
        for box in (self.seoul, self.busan):
            body, headers = box.batch(after=0)
            after, signature = headers[delivery.AFTER], headers[delivery.SIGNATURE]
            answer = await receive(self.console, box.sender, body, after=after, signature=signature)
            assert isinstance(answer, delivery.Receipt)

    async def get(self, path: str, *, who: str = "admin", **parameters: Any) -> httpx.Response:
        return await self.client.get(f"/api/v1/{path}", params=parameters, headers=self.headers[who])

    async def read(self, path: str, *, who: str = "admin", **parameters: Any) -> Any:
        answer = await self.get(path, who=who, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def a_world(url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with console(url, tmp_path, now_s=lambda: NOON_S + 3600) as one, client_of(people_app(one)) as client:
        await add_branch(one, "seoul", box="b-seoul")
        await add_branch(one, "busan", box="b-busan")
        world = World(one, client)
        await world.people()
        yield world


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Callable[[Test], None]:
    def carry_out(test: Test) -> None:
        async def whole() -> None:
            async with a_world(database_url, tmp_path) as world:
                await test(world)

        asyncio.run(whole())

    return carry_out


def a_contact(box: PretendBox, number: str, **different: Any) -> str:
    record = contact_record(CustomerEndpoint={"Address": number, "Type": "TELEPHONE_NUMBER"}, **different)
    box.add("contact_event", contact_event(record["ContactId"], 1, {"type": "SystemConnected"}))
    box.add("contact_record", record)
    contact: str = record["ContactId"]
    return contact


def test_contacts_when_searched_then_by_number_agent_queue_and_time(run: Callable[[Test], None]) -> None:
    async def test(world: World) -> None:
        first = a_contact(world.seoul, "+82212345678")
        second = a_contact(world.busan, "+82519998877", Agent=None, InitiationTimestamp="2026-11-22T13:00:00Z")
        await world.told()

        async def found(**asked: Any) -> list[str]:
            return [row["contact"] for row in (await world.read("contacts", **asked))["contacts"]]

        assert await found() == [second, first]
        assert await found(number="+82 2 1234-5678") == [first]
        assert await found(number="5678") == await found(number="02-1234-5678"[1:]) == [first]
        assert await found(number="0212345678") == [first]
        assert await found(number="+8221234567") == await found(number="---") == []
        assert await found(agent="kim") == [first]
        assert await found(queue="sales", branch="busan") == [second]
        assert await found(since_s=NOON_S + 1) == [second]
        assert await found(until_s=NOON_S + 1) == [first]
        assert await found(recorded=True) == []
        pages = await world.read("contacts", limit=1)
        assert [row["contact"] for row in pages["contacts"]] == [second]
        rest = await world.read("contacts", limit=1, after=pages["next"])
        assert ([row["contact"] for row in rest["contacts"]], rest["next"]) == ([first], "")
        assert (await world.get("contacts", after="nonsense")).status_code == 422

    run(test)


def test_contact_when_opened_then_record_versions_and_events_are_there(run: Callable[[Test], None]) -> None:
    async def test(world: World) -> None:
        record = contact_record()
        world.seoul.add("contact_event", contact_event(record["ContactId"], 1, {"type": "SystemConnected"}))
        world.seoul.add("contact_record", record)
        later = {**record, "LastUpdateTimestamp": "2026-11-22T14:00:00Z", "Attributes": {"vip": "yes"}}
        world.seoul.add("contact_record", later)
        world.seoul.add("contact_record", record)  # sent again, older
        await world.told()
        shown = await world.read(f"contacts/{record['ContactId']}", who="kim")
        assert shown["record"] == later
        assert [version["last_update"] for version in shown["versions"]] == [
            record["LastUpdateTimestamp"], later["LastUpdateTimestamp"], record["LastUpdateTimestamp"],
        ]  # fmt: skip
        assert [event["body"]["type"] for event in shown["events"]] == ["SystemConnected"]
        assert (shown["summary"]["waited_s"], shown["summary"]["lasted_s"]) == (10.0, 90.0)

    run(test)


def test_branch_when_it_is_not_theirs_then_nothing_of_it_is_told(run: Callable[[Test], None]) -> None:
    async def test(world: World) -> None:
        theirs, other = a_contact(world.seoul, "+82212345678"), a_contact(world.busan, "+82519998877")
        outage = Outage(outage="o1", began_s=1.0, ended_s=2.0, lasted_s=1.0, why="cut")
        for kind, data in (
            ("agent", {"agent": "lee"}), ("queue", {"queue": "busan-desk"}), ("outage", outage), ("health", {"x": 1}),
        ):  # fmt: skip
            world.busan.add(kind, data)
        await world.told()
        assert [row["branch"] for row in await world.read("branches")] == ["busan", "seoul"]
        assert [row["branch"] for row in await world.read("branches", who="kim")] == ["seoul"]
        rows = (await world.read("contacts", who="kim"))["contacts"]
        assert [row["contact"] for row in rows] == [theirs]
        assert (await world.get(f"contacts/{other}", who="kim")).status_code == 404
        assert (await world.get("branches/busan", who="kim")).status_code == 404
        for path in ("agents", "queues", "outages", "happenings", "live", "inventory/extension"):
            assert await world.read(path, who="kim") == []
            assert await world.read(path, who="kim", branch="busan") == []
        counted = await world.read("metrics", who="kim", metric="CONTACTS_CREATED", by="branch", since="2026-11-22")
        assert [(row["branch"], row["values"]) for row in counted["rows"]] == [("seoul", {"CONTACTS_CREATED": 1})]
        for path in ("branches", "contacts", f"contacts/{other}", "metrics"):
            assert (await world.get(path, who="nobody")).status_code == 403
        assert (await world.client.get("/api/v1/branches")).status_code == 401

    run(test)


def test_lists_when_boxes_told_of_agents_queues_and_outages_then_they_show(run: Callable[[Test], None]) -> None:
    async def test(world: World) -> None:
        box = world.busan
        box.add("agent", {"agent": "lee", "profile": "all"})
        box.add("agent", {"agent": "gone"})
        box.add("agent_removed", {"agent": "gone"})
        stamp = {"boot": "boot", "mono_s": 5.0, "wall_s": NOON_S, "synced": True}
        box.add("agent_state", {"agent": "lee", "status": "Available", "activity": "idle", "since": stamp})
        box.add("queue", {"queue": "desk", "wrap_up_s": 30})
        box.add("health", {"topic": "storage", "ok": False, "text": "nearly full"})
        box.add("outage", Outage(outage="o1", began_s=NOON_S, ended_s=NOON_S + 9, lasted_s=9.0, why="no route"))
        await world.told()
        (agent,) = await world.read("agents")
        assert (agent["agent"], agent["status"], agent["plan"]["profile"]) == ("lee", "Available", "all")
        (queue,) = await world.read("queues")
        assert (queue["name"], queue["content"]["wrap_up_s"]) == ("desk", 30)
        (outage,) = await world.read("outages")
        assert (outage["why"], outage["agrees"], outage["sentence"]) == ("no route", None, "")
        (health,) = await world.read("happenings", kind="health")
        assert health["content"]["text"] == "nearly full"
        (busan, _) = await world.read("branches")
        assert (busan["box"]["events"], busan["stale"], busan["health"]) == (7, True, None)

    run(test)


def test_metrics_when_asked_then_they_follow_the_boxes_rules(run: Callable[[Test], None]) -> None:
    async def test(world: World) -> None:
        a_contact(world.seoul, "+82212345678")
        lost = {"Name": "sales", "EnqueueTimestamp": "2026-11-22T12:00:05Z", "Duration": 30}
        a_contact(world.busan, "+82519998877", Agent=None, Queue=lost)
        for seq, (status, activity) in enumerate(
            (("Available", "idle"), ("Available", "on_contact"), ("Offline", "idle"))
        ):
            stamp = {"boot": "boot", "mono_s": 60.0 * seq, "wall_s": NOON_S + 60 * seq, "synced": True}
            for box in (world.seoul, world.busan):
                box.add("agent_state", {"agent": "kim", "status": status, "activity": activity, "since": stamp})
        await world.told()
        names = ("CONTACTS_QUEUED", "CONTACTS_HANDLED", "CONTACTS_ABANDONED", "SERVICE_LEVEL:20", "AVG_HANDLE_TIME")
        report = await world.read("metrics", metric=names, since="2026-11-22", until="2026-11-23")
        assert [column["name"] for column in report["metrics"]] == [name.replace(":", "_") for name in names]
        (row,) = report["rows"]
        assert list(row["values"].values()) == [2, 1, 1, 50.0, 85.0]
        by = await world.read("metrics", metric="CONTACTS_HANDLED", by=("branch", "agent"), since="2026-11-22")
        assert {(one["branch"], one["group"]["agent"]): one["values"]["CONTACTS_HANDLED"] for one in by["rows"]} == {
            ("busan", None): 0, ("seoul", "kim"): 1,
        }  # fmt: skip
        busy = await world.read("metrics", metric=("AGENT_OCCUPANCY", "SUM_ONLINE_TIME_AGENT"), since="2026-11-22")
        assert busy["rows"][0]["values"] == {"AGENT_OCCUPANCY": 50.0, "SUM_ONLINE_TIME_AGENT": 240.0}
        for wrong in ({"metric": "NONE"}, {"by": "colour"}, {"since": "soon"}, {"where": "queue"}, {"interval": "7"}):
            assert (await world.get("metrics", **wrong)).status_code == 422

    run(test)


def test_evidence_when_read_then_the_boxes_own_signature_holds_for_its_chain(run: Callable[[Test], None]) -> None:
    async def test(world: World) -> None:
        a_contact(world.seoul, "+82212345678")
        a_contact(world.busan, "+82519998877")
        await world.told()
        (told,) = await world.read("evidence", who="kim")
        end = world.seoul.position(2)
        assert (told["box"], told["seq"], told["head"]) == ("b-seoul", end.seq, end.head)
        key, text = world.seoul.key.public_key(), delivery.signed_text("b-seoul", end)
        assert told["key"] == signing.key_id(key)
        signing.verify(key, text, signing.from_header(told["signature"]))

    run(test)


def test_openapi_when_read_then_it_is_valid_and_names_every_route(sqlite_url: str, tmp_path: Path) -> None:
    async def whole() -> None:
        async with a_world(sqlite_url, tmp_path) as world:
            document = (await world.client.get("/api/v1/openapi.json")).json()
            validate(document)
            assert {"/api/v1/contacts", "/api/v1/metrics", "/api/v1/branches/{branch}"} <= set(document["paths"])

    asyncio.run(whole())


def test_lists_when_a_box_tells_impossible_times_then_they_still_show(run: Callable[[Test], None]) -> None:
    async def test(world: World) -> None:
        box, never = world.busan, 1e300
        stamp = {"boot": "boot", "mono_s": 5.0, "wall_s": never, "synced": True}
        box.add("agent", {"agent": "lee"})
        box.add("agent_state", {"agent": "lee", "status": "Available", "activity": "idle", "since": stamp})
        box.add("outage", Outage(outage="o1", began_s=-never, ended_s=never, lasted_s=never, why="no route"))
        event = box.add("health", {}).decode()
        box.events[-1] = event.replace('"time":"2026', '"time":"9999-12-31T23:59:59-14:00","was":"').encode()
        a_contact(box, "+82519998877", InitiationTimestamp="9999-12-31T23:59:59-14:00")
        await world.told()
        for path in ("agents", "outages", "happenings", "contacts"):
            assert await world.read(path)
        for page in ("/contacts", "/outages", "/agents", "/fleet", "/board", "/metrics"):
            answer = await world.client.get(page, headers=world.headers["admin"])
            assert answer.status_code == 200, page

    run(test)
