"""The whole way: a switchboard, the sync service with all its parts, a console behind real TLS. A contact is recorded,
its recording reaches the console, the customer asks to be forgotten, and is, on both sides."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from kit.console import client_of, console, sqlite_with_tables
from kit.enrolled import BoxPort, box_port
from kit.people import add_person, browser_of
from sqlalchemy import select
from switchboard.harness import Harness

from appliance.config.load import load
from appliance.console.apps import people_app
from appliance.console.context import Console
from appliance.console.database.tables import Contact, Event, Recording
from appliance.console.orders import box_routes
from appliance.ids import ContactId
from appliance.sync.daemon import SyncService
from appliance.sync.recordings import uploading
from appliance.sync.wire.credentials import present_credentials

SETTINGS = "[sync]\nlive_s = 0.5\noutage_s = 1.0\n"
CUSTOMER = "+12125550199"


class Scene:
    """One branch and its console."""

    def __init__(self, box: Harness, port: BoxPort, one: Console, client: httpx.AsyncClient) -> None:
        self.box, self.port, self.console, self.client = box, port, one, client

    async def recorded(self) -> ContactId:
        """A customer talks with kim, recorded; up to the contact's record."""
        process = await self.box.process(0)
        contact = process.begin(caller=CUSTOMER)
        await process.enter_queue()
        offer = await process.offered()
        process.answered(offer)
        process.record(2.0)
        process.hung_up(offer)
        await self.box.closed(contact)
        await process.close()
        return contact

    async def recording(self, contact: str, state: str) -> Recording:
        """As the console has it, once it is in that state."""

        async def found() -> Recording | None:
            async with self.console.database.reading() as session:
                row = await session.scalar(select(Recording).where(Recording.contact == contact))
            return row if row is not None and row.state == state else None

        row: Recording = await self.box.until(found, f"the recording of {contact} is {state}")
        return row

    async def ask(self, method: str, path: str, **body: Any) -> httpx.Response:
        signed_in = await browser_of(self.console, "root")
        return await self.client.request(method, f"/api/v1{path}", json=body or None, headers=signed_in)


@asynccontextmanager
async def staged(folder: Path, port: BoxPort) -> AsyncIterator[Scene]:
    box = Harness(folder)
    box.write_config(SETTINGS)
    async with box, console(port.database_url, port.data_dir) as one, client_of(people_app(one)) as client:
        await box.staff("kim", wrap_up_s=0.1)
        await asyncio.to_thread(port.enrol, "seoul", box.data)
        await add_person(one, "root", "admin@*")
        service = SyncService(load(box.config), credentials=lambda: present_credentials(box.data))
        task = asyncio.create_task(service.run())
        try:
            yield Scene(box, port, one, client)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def play(folder: Path, act: Callable[[Scene], Awaitable[None]]) -> None:
    (folder / "console").mkdir()
    (folder / "box").mkdir()

    async def performance(port: BoxPort) -> None:
        async with staged(folder / "box", port) as scene:
            await act(scene)

    with box_port(sqlite_with_tables(folder / "console.db"), folder / "console") as port:
        asyncio.run(asyncio.wait_for(performance(port), 90))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two consoles of a test are two processes to each other, and SQLite carries no notices."""
    monkeypatch.setattr(box_routes, "LOOK_EVERY_S", 0.3)
    monkeypatch.setattr(uploading, "EVERY_S", 0.3)


def test_recording_when_made_on_the_box_then_it_is_heard_on_the_console_and_forgotten_when_asked(
    tmp_path: Path,
) -> None:
    async def act(scene: Scene) -> None:
        contact = await scene.recorded()
        row = await scene.recording(contact, "stored")
        heard = await scene.ask("GET", f"/recordings/{row.recording}/audio")
        assert (heard.status_code, heard.content[:4]) == (200, b"fLaC")
        assert hashlib.sha256(heard.content).hexdigest() == row.plain_sha256
        wave = (await scene.ask("GET", f"/recordings/{row.recording}/wave")).json()
        assert wave["duration_s"] == pytest.approx(2.0)
        assert [path.suffix for path in scene.box.data.rglob("*.flac*") if path.is_file()] == [".age"]
        (shown,) = await scene.box.call("recording.list")
        assert (shown["state"], shown["path"]) == ("sealed", None)

        asked = (await scene.ask("POST", "/erasures", reason="by letter", customer=CUSTOMER)).json()
        assert (asked["erased"], len(asked["boxes"])) == (1, 1)

        async def answered() -> Any:
            shown = (await scene.ask("GET", f"/erasures/{asked['request']}")).json()
            return shown if shown["done_s"] is not None else None

        shown = await scene.box.until(answered, "the box has answered")
        (box,) = shown["boxes"]
        assert (box["receipt"]["erased"], box["receipt"]["recordings"]) == ([contact], 1)
        assert [path for path in scene.box.data.rglob("*.flac*") if path.is_file()] == []
        found = await scene.box.closed(contact)
        assert found["record"]["CustomerEndpoint"]["Address"] == ""
        async with scene.console.database.reading() as session:
            events = list(await session.scalars(select(Event).where(Event.contact == contact)))
            kept = await session.scalar(select(Contact).where(Contact.contact == contact))
        assert not [event for event in events if CUSTOMER.encode() in event.body]
        assert kept is not None
        assert (kept.customer, kept.queue, kept.agent) == ("", "sales", "kim")
        assert (await scene.ask("GET", f"/recordings/{row.recording}/audio")).status_code == 410

    play(tmp_path, act)
