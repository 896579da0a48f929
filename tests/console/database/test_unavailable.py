"""A database that is away for a moment: nobody gets a fault, nothing acknowledged is lost, and it goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from kit.boxes import PretendBox, contact_record
from kit.console import client_of, console
from kit.people import add_person, browser_of
from kit.postgres import Server, server
from sqlalchemy import func, select

from appliance.cloud import delivery
from appliance.cloud.delivery import Receipt
from appliance.console.apps import people_app
from appliance.console.context import Console
from appliance.console.database.engine import Database
from appliance.console.database.tables import Event
from appliance.console.errors import UnavailableError
from appliance.console.ingest.receiving import receive


async def tell(one: Console, box: PretendBox) -> Receipt:
    """Whatever isn't acknowledged yet."""
    body, headers = box.batch()
    after, signature = headers[delivery.AFTER], headers[delivery.SIGNATURE]
    answer = await receive(one, box.sender, body, after=after, signature=signature)
    assert isinstance(answer, Receipt)
    box.acknowledged = answer.acknowledged
    return answer


async def storm(one: Console, boxes: list[PretendBox], postgres: Server) -> int:
    """Boxes tell while the server is killed and started again; returns how often one had to come again."""
    retries = 0

    async def always(box: PretendBox) -> None:
        nonlocal retries
        for _ in range(12):
            box.add("contact_record", contact_record())
        while box.acknowledged.seq < len(box.events):
            try:
                await tell(one, box)
            except UnavailableError:
                retries += 1
                await asyncio.sleep(0.05)

    async def restart() -> None:
        await asyncio.to_thread(postgres.kill)
        await asyncio.to_thread(postgres.start)

    await asyncio.gather(restart(), *(always(box) for box in boxes))
    return retries


def test_events_when_the_server_is_killed_meanwhile_then_all_are_there_once(tmp_path: Path) -> None:
    async def run(postgres: Server, url: str) -> None:
        async with console(url, tmp_path) as one:
            boxes = [PretendBox(f"b{number}", "seoul") for number in range(6)]
            for box in boxes:
                box.add("health", {})
                await tell(one, box)
            assert await storm(one, boxes, postgres) > 0
            async with one.database.reading() as session:
                found = await session.execute(select(Event.box, func.count()).group_by(Event.box))
                assert {name: many for name, many in found} == {box.box: 13 for box in boxes}

    with server(durable=True) as postgres:
        asyncio.run(run(postgres, postgres.database()))


def test_pages_when_the_server_is_away_then_503_and_afterwards_as_before(tmp_path: Path) -> None:
    async def run(postgres: Server, url: str) -> None:
        async with console(url, tmp_path) as one, client_of(people_app(one)) as client:
            await add_person(one, "admin", "admin@*")
            headers = await browser_of(one, "admin")
            assert (await client.get("/api/v1/branches", headers=headers)).status_code == 200
            await asyncio.to_thread(postgres.stop)
            for _ in range(3):
                answer = await client.get("/api/v1/branches", headers=headers)
                assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
            await asyncio.to_thread(postgres.start)
            seen = {(await client.get("/api/v1/branches", headers=headers)).status_code for _ in range(20)}
            assert 200 in seen and seen <= {200, 503}

    with server() as postgres:
        asyncio.run(run(postgres, postgres.database()))


def test_connections_when_all_are_taken_then_the_next_is_told_to_come_again(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.console.database.engine._WAIT_S", 0.1)

    async def run() -> None:
        database = Database(postgresql_url, connections=1)
        async with database.reading(), database.reading():
            with pytest.raises(UnavailableError, match="doesn't answer"):
                async with database.reading():
                    pass
        async with database.reading():
            pass
        await database.close()

    asyncio.run(run())
