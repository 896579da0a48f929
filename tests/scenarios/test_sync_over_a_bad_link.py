"""Box and console as processes of their own with a bad link between them, while everything is killed now and then.

Real TLS, real TCP under delay, loss, doubled, overtaking and spoilt packets; contacts go on all the time. Afterwards
the console's database holds the box's events exactly, each record and recording once, and both sides agree on every
outage; every recording opens to what was recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.bad_link import BadLink, why_not
from kit.far_console import FarConsole
from kit.guest import IN_GUEST, patience
from kit.processes import Program
from sqlalchemy import select
from switchboard.fake_contact import FakeContact
from switchboard.harness import Harness

from appliance.cloud import chain
from appliance.console.context import Console
from appliance.console.database.tables import Contact, Event, OutageNote, Recording
from appliance.console.recordings.keys import recording_keys
from appliance.console.recordings.opening import Opener
from appliance.console.storing.opening import open_storage
from appliance.ids import ContactId
from appliance.store import Store
from appliance.store.connection import Connection
from appliance.store.contact_records import CONTACT_RECORD
from appliance.store.outbox import Outbox
from appliance.sync.standing import position_on_disk
from appliance.sync.wire.switchboard_link import SwitchboardAwayError, SwitchboardLink

pytestmark = [
    pytest.mark.scenario,
    pytest.mark.slow,
    pytest.mark.timeout(patience(400)),
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "never"),
]
SETTINGS = "[sync]\nlive_s = 0.5\noutage_s = 1.0\nsnapshot_s = 10.0\n"
ROUNDS = 6 if IN_GUEST else 14  # emulated, the programs take ten times as long to start
RECORDED_S = 3.0
WAV_HEAD = 44
PATIENCE_S = patience(120.0)


class Scene:
    """A box whose sync service runs at the other end of the link."""

    def __init__(self, box: Harness, link: BadLink, console: FarConsole) -> None:
        self.box, self.link, self.console = box, link, console
        self.contacts: list[ContactId] = []
        self.sync: Program | None = None
        self._chance = random.Random(7)

    def start_sync(self) -> None:
        words = (*self.link.box, sys.executable, "-m", "appliance.sync", "--config", str(self.box.config))
        self.sync = Program(words, log=self.box.data.parent / "sync.log")

    async def talk(self) -> None:
        """One contact up to its record."""
        process = await self.box.process(0)
        contact = process.begin()
        await process.enter_queue()
        offer = await process.offered()
        process.answered(offer)
        self._record(process, contact)
        process.hung_up(offer)
        await self.box.closed(contact)
        await process.close()
        self.contacts.append(contact)

    def _record(self, process: FakeContact, contact: ContactId) -> None:
        """Two sides of noise, which nothing packs: some 100 kB to upload."""
        recording = process.record(RECORDED_S)
        for side in ("customer", "agent"):
            path = process.spool(contact) / f"{recording}.{side}.wav"
            head = path.read_bytes()[:WAV_HEAD]
            path.write_bytes(head + self._chance.randbytes(round(RECORDED_S * 8000) * 2))

    async def round(self, number: int) -> None:
        """Something breaks, contacts go on."""
        assert self.sync is not None
        fault = ("sync", "console", "cut", "shape", "both", "shape")[number % 6]
        if fault in {"sync", "both"}:
            self.sync.kill_group()
        if fault in {"console", "both"}:
            await asyncio.to_thread(self.console.kill)
        if fault == "cut":
            self.link.shape(cut=True)
        await self.talk()
        await self.talk()
        if fault in {"sync", "both"}:
            self.start_sync()
        if fault in {"console", "both"}:
            await asyncio.to_thread(self.console.start)
        self.link.shape(
            delay_ms=self._chance.choice((0, 20, 80)),
            loss=self._chance.choice((0.0, 0.01, 0.1)),
            double=self._chance.choice((0.0, 0.2)),
            overtake=self._chance.choice((0.0, 0.2)),
            spoil=self._chance.choice((0.0, 0.02)),
        )
        await self.talk()
        await asyncio.sleep(self._chance.uniform(0.0, 1.5))  # some deliveries get through, some are cut short

    def depth(self) -> int:
        connection = Connection.reader(self.box.paths.store)
        try:
            return Outbox(connection).depth()
        finally:
            connection.close()

    async def come_to_rest(self) -> None:
        """Until nothing waits and every outage is agreed on."""
        self.link.shape()
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while self.depth() or self.undelivered() or not await asyncio.to_thread(self._agreed):
            waiting = f"{self.depth()} rows and {self.undelivered()} recordings wait"
            assert asyncio.get_running_loop().time() < deadline, waiting
            await self._hurry()
            await asyncio.sleep(0.5)

    def undelivered(self) -> int:
        """Recordings that aren't sealed, or that the console hasn't verified."""
        with Store.open_read_only(self.box.paths.store) as store:
            return len(store.sealed_recordings.to_seal(1000)) + store.sealed_recordings.totals().waiting

    def _agreed(self) -> bool:
        async def work(console: Console) -> bool:
            async with console.database.reading() as session:
                notes = list(await session.scalars(select(OutageNote)))
            return bool(notes) and all(note.agrees for note in notes)

        return bool(self.console.ask(work))

    async def _hurry(self) -> None:
        """As `linekeeper sync now`."""
        with contextlib.suppress(SwitchboardAwayError):
            await SwitchboardLink(self.box.paths.sync_socket).call("sync.now")


@pytest.fixture
def link() -> Iterator[BadLink]:
    with BadLink() as made:
        yield made


def test_sync_when_everything_breaks_now_and_then_over_a_bad_link_then_both_stores_agree_exactly(
    link: BadLink, tmp_path: Path
) -> None:
    with FarConsole(tmp_path / "console", address=link.CONSOLE, prefix=link.console) as console:

        async def performance() -> list[ContactId]:
            box = Harness(tmp_path)
            box.write_config(SETTINGS)
            async with box:
                await asyncio.to_thread(lambda: console.enrol("seoul", box.paths.data, prefix=link.box))
                await box.staff("kim", wrap_up_s=0.1)
                scene = Scene(box, link, console)
                scene.start_sync()
                for number in range(ROUNDS):
                    await scene.round(number)
                await scene.come_to_rest()
                assert scene.sync is not None
                scene.sync.stop()
                position = position_on_disk(box.paths)
                assert position is not None
                await asyncio.to_thread(lambda: both_agree(console, position, scene.contacts))
                return scene.contacts

        contacts = asyncio.run(performance())
        assert len(contacts) == 3 * ROUNDS


def both_agree(console: FarConsole, ours: chain.Position, contacts: list[ContactId]) -> None:
    """Events one by one, records one for each contact."""

    async def work(one: Console) -> tuple[list[Event], list[str], list[str]]:
        async with one.database.reading() as session:
            events = list(await session.scalars(select(Event).order_by(Event.seq)))
            known = list(await session.scalars(select(Contact.contact)))
            recordings = list(await session.scalars(select(Recording)))
        opener = Opener(open_storage(one.settings), time.monotonic)
        keys = recording_keys(one.settings.data_dir).identities
        for row in recordings:
            assert row.state == "stored"
            assert (await opener.open(row, keys))[:4] == b"fLaC"  # and checked against the SHA-256 of what was recorded
        return events, known, [row.contact for row in recordings]

    events, known, recorded = console.ask(work)
    assert sorted(recorded) == sorted(contacts)
    assert [event.seq for event in events] == list(range(1, ours.seq + 1))
    assert chain.follow(chain.genesis(events[0].box), [event.body for event in events]) == ours
    assert sorted(event.contact for event in events if event.kind == CONTACT_RECORD) == sorted(contacts)
    assert sorted(known) == sorted(contacts)
