"""Going through the events once more changes nothing that is there, and brings in what wasn't read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from kit.boxes import PretendBox, contact_record
from kit.console import add_branch, console
from sqlalchemy import delete, select

from appliance.cloud import delivery
from appliance.console.context import Console
from appliance.console.database.base import Base
from appliance.console.database.tables import AgentStateChange, Contact, Happening, InventoryEntry, Recording
from appliance.console.ingest.again import project_again
from appliance.console.ingest.receiving import receive

TABLES: tuple[type[Base], ...] = (AgentStateChange, Contact, Happening, InventoryEntry, Recording)


async def everything(one: Console) -> dict[str, list[tuple[Any, ...]]]:
    async with one.database.reading() as session:
        return {
            table.__tablename__: sorted(
                (tuple(row) for row in await session.execute(select(*table.__mapper__.columns))), key=repr
            )
            for table in TABLES
        }


def test_again_when_some_was_lost_or_never_read_then_it_is_there_and_the_rest_as_before(
    database_url: str, tmp_path: Path
) -> None:
    async def run() -> None:
        async with console(database_url, tmp_path) as one:
            await add_branch(one, "seoul", box="b1")
            box, record = PretendBox("b1", "seoul"), contact_record()
            box.add("queue", {"queue": "sales"})
            box.add("queue", {"queue": "old"})
            box.add("queue_removed", {"queue": "old"})
            box.add("health", {"topic": "edge"})
            box.add("contact_record", record)
            box.add("contact_record", {**record, "LastUpdateTimestamp": "2026-11-22T15:00:00Z"})
            body, headers = box.batch()
            after, signature = headers[delivery.AFTER], headers[delivery.SIGNATURE]
            await receive(one, box.sender, body, after=after, signature=signature)
            before = await everything(one)
            assert await project_again(one) == 6
            assert await everything(one) == before
            async with one.database.writing() as session:
                await session.execute(delete(InventoryEntry))
            await project_again(one)
            assert await everything(one) == before

    asyncio.run(run())
