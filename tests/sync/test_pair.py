"""The real pair: a switchboard with its sync service, and the console's own application behind mutual TLS.

The link is cut at many bytes; afterwards the console's database holds exactly the box's events, on SQLite and on
PostgreSQL.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from kit.console import sqlite_with_tables
from kit.cutting_proxy import cutting_proxy
from kit.enrolled import BoxPort, box_port
from kit.postgres import server
from sqlalchemy import select
from switchboard.harness import Harness

from appliance.cloud import chain, envelope
from appliance.cloud.chain import Position
from appliance.config.load import load
from appliance.config.paths import BoxPaths
from appliance.console.context import Console
from appliance.console.database.tables import Event
from appliance.ids import ContactId
from appliance.store.connection import Connection
from appliance.store.contact_records import CONTACT_RECORD
from appliance.store.outbox import Outbox
from appliance.sync.checking import check
from appliance.sync.daemon import SyncService
from appliance.sync.identity.identity import store_console
from appliance.sync.standing import position_on_disk
from appliance.sync.wire.credentials import present_credentials

CUTS = (0, 1, 300, 700, 1200, 2500, 4000, 5000, 6000)  # bytes from the box until the line breaks
SETTINGS = "[sync]\nlive_s = 0.2\noutage_s = 1.0\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BoxPort]:
    """The boxes' port of a console."""
    if request.param == "sqlite":
        with box_port(sqlite_with_tables(tmp_path / "console.db"), tmp_path / "console") as one:
            yield one
    else:
        with server() as postgres, box_port(postgres.database(), tmp_path / "console") as one:
            yield one


async def talk(box: Harness, slot: int) -> ContactId:
    """A contact up to its record."""
    process = await box.process(slot)
    contact = process.begin()
    await process.enter_queue()
    offer = await process.offered()
    process.answered(offer)
    process.hung_up(offer)
    await box.closed(contact)
    await process.close()
    return contact


def depth(box: Harness) -> int:
    connection = Connection.reader(box.paths.store)
    try:
        return Outbox(connection).depth()
    finally:
        connection.close()


async def stored_events(console: Console) -> list[Event]:
    async with console.database.reading() as session:
        return list(await session.scalars(select(Event).order_by(Event.seq)))


def test_pair_when_the_link_breaks_at_many_bytes_then_the_console_has_exactly_the_box_events(
    port: BoxPort, tmp_path: Path
) -> None:
    async def scene() -> tuple[list[ContactId], Position]:
        box = Harness(tmp_path)
        box.write_config(SETTINGS)
        async with box, cutting_proxy(urlsplit(port.url).port or 0) as proxy:
            identity = await asyncio.to_thread(port.enrol, "seoul", box.paths.data)
            here = msgspec.structs.replace(identity.console, url=f"https://127.0.0.1:{proxy.port}")
            store_console(box.paths.data, here)
            await box.staff("kim", wrap_up_s=0.1)
            service = SyncService(load(box.config), credentials=lambda: present_credentials(box.paths.data))
            running = asyncio.create_task(service.run())
            contacts = []
            for slot, allowance in enumerate(CUTS):
                proxy.allowance = allowance
                contacts.append(await talk(box, slot))
                cuts = proxy.cuts

                async def broken(before: int = cuts) -> bool:
                    service.hurry()
                    return proxy.cuts > before

                await box.until(broken, f"a cut after {allowance} bytes")
            proxy.allowance = None

            async def delivered() -> bool:
                if service.ground is not None and not service.ground.up:
                    service.hurry()
                return depth(box) == 0

            await box.until(delivered, "nothing waits any more")
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            position = position_on_disk(box.paths)
            assert position is not None
            return contacts, position

    contacts, ours = asyncio.run(asyncio.wait_for(scene(), 120))
    events: list[Event] = port.with_console(stored_events)
    assert [event.seq for event in events] == list(range(1, ours.seq + 1))
    box = events[0].box
    assert chain.follow(chain.genesis(box), [event.body for event in events]) == ours
    records = [event.contact for event in events if event.kind == CONTACT_RECORD]
    assert sorted(records) == sorted(contacts)
    assert all(envelope.decode(event.body).number == event.seq for event in events)


def test_check_when_the_box_is_enrolled_and_no_service_runs_then_each_step_says_so(
    port: BoxPort, tmp_path: Path
) -> None:
    paths = BoxPaths(data=tmp_path / "data", run=tmp_path / "run")
    port.enrol("seoul", paths.data)

    async def findings() -> dict[str, tuple[bool, str]]:
        return {found.what: (found.ok, found.text) async for found in check(paths)}

    found = asyncio.run(findings())
    assert list(found) == ["identity", "service", "console", "clock", "chain", "sending", "outages"]
    assert [what for what, (ok, _) in found.items() if not ok] == ["service"]
    assert found["console"][1] == "answers; it has 0 events of this box"
    assert found["clock"][1] == "as the console's"
    assert found["chain"][1] == "nothing was sent yet"
