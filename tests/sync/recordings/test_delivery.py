"""From a finished recording to a verified one on the console, over real TLS and a link that breaks where it likes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
import pyrage
import pytest
from kit.console import console, sqlite_with_tables
from kit.cutting_proxy import CuttingProxy, cutting_proxy
from kit.enrolled import BoxPort, box_port
from switchboard.keeping.conftest import DAY, Branch

from appliance.cloud import paths
from appliance.cloud.recordings import RECORDING, RecordingFacts
from appliance.cloud.signing import key_id
from appliance.console.context import Console
from appliance.console.database.tables import Recording
from appliance.console.recordings.keys import recording_keys
from appliance.console.storing.opening import open_storage
from appliance.console.storing.storage import whole
from appliance.store import Store
from appliance.sync.identity import tls
from appliance.sync.identity.identity import Identity
from appliance.sync.pacing import Pace
from appliance.sync.recordings.delivery import Delivery, Seal
from appliance.sync.recordings.sending import Sender, UploadBrokenError


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxPort]:
    folder = tmp_path_factory.mktemp("console")
    with box_port(sqlite_with_tables(folder / "console.db"), folder) as one:
        yield one


@pytest.fixture(scope="module")
def identity(port: BoxPort, tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return port.enrol("seoul", tmp_path_factory.mktemp("box"))


@dataclass
class Bench:
    """A branch, its delivery, and a console behind a proxy that can cut."""

    branch: Branch
    as_whom: Seal
    sender: Sender
    proxy: CuttingProxy
    console: Console
    identity: Identity
    shift_s: float = 0.0

    def __post_init__(self) -> None:
        self.delivery = self.process()

    def process(self) -> Delivery:
        """A new sync service, which remembers nothing."""

        async def call(op: str, args: dict[str, Any]) -> Any:
            return self.branch.perform(op, **args)

        return Delivery(
            self.branch.paths,
            call=call,
            seal=lambda: self.as_whom,
            uploads=paths.UPLOADS,
            now=lambda: monotonic() + self.shift_s,
        )

    async def announce(self) -> None:
        """The facts arrive, as by the chain of events."""
        for told in self.branch.told(RECORDING):
            facts = msgspec.convert(told, RecordingFacts)
            row = {**msgspec.structs.asdict(facts), "recipients": msgspec.json.encode(facts.recipients).decode()}
            async with self.console.database.writing() as session:
                await session.merge(
                    Recording(branch="seoul", box=self.identity.box, seq=1, state="announced", location="", **row)
                )

    async def stored(self, recording: str) -> bytes:
        """What the console has, opened with the organisation's key."""
        async with self.console.database.reading() as session:
            row = await session.get(Recording, ("seoul", recording))
        assert row is not None
        assert row.state == "stored"
        sealed = await whole(open_storage(self.console.settings), row.location)
        return pyrage.decrypt(sealed, list(recording_keys(self.console.settings.data_dir).identities))

    def contact(self, name: str, size: int) -> bytes:
        """A finished recording of that many bytes."""
        data = os.urandom(size)
        path = self.branch.plain(name)
        self.branch.contact(f"contact-of-{name}", recording=name, data=data)
        assert path.read_bytes() == data
        return data


@pytest.fixture
def branch(tmp_path: Path) -> Iterator[Branch]:
    data = tmp_path / "branch" / "data"
    data.mkdir(parents=True)
    with Store.open(data / "store.db") as store:
        yield Branch(tmp_path / "branch", store)


@asynccontextmanager
async def bench(port: BoxPort, identity: Identity, branch: Branch, **pace: Any) -> AsyncIterator[Bench]:
    keys = recording_keys(port.data_dir)
    as_whom = Seal(
        box=identity.box,
        key=identity.key,
        key_id=key_id(identity.key.public_key()),
        recipients=identity.console.recipients,
    )
    assert as_whom.recipients == keys.recipients
    target = urlsplit(port.url).port
    assert target is not None
    connector = aiohttp.TCPConnector(ssl=tls.client_context(identity))
    async with (
        cutting_proxy(target) as proxy,
        aiohttp.ClientSession(connector=connector) as http,
        console(port.database_url, port.data_dir) as one,
    ):
        rate = Pace(pace.get("bytes_per_s"), monotonic())
        sender = Sender(http, f"https://127.0.0.1:{proxy.port}", pace=rate, now=monotonic, **_without(pace))
        yield Bench(branch, as_whom, sender, proxy, one, identity)


def _without(pace: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in pace.items() if name != "bytes_per_s"}


def play(
    port: BoxPort, identity: Identity, branch: Branch, scene: Callable[[Bench], Awaitable[None]], **pace: Any
) -> None:
    async def run() -> None:
        async with bench(port, identity, branch, **pace) as one:
            await scene(one)

    asyncio.run(run())


def name(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-{os.urandom(6).hex()}"


def test_recording_when_delivered_then_only_the_organisation_can_open_it(
    port: BoxPort, identity: Identity, branch: Branch
) -> None:
    async def scene(box: Bench) -> None:
        recording = name(1)
        data = box.contact(recording, 700_000)
        assert await box.delivery.seal_some() == 1
        assert box.branch.files() == {f"{recording}.flac.age"}
        assert await box.delivery.upload_some(box.sender) == 0  # the console doesn't know it yet
        assert box.branch.store.counters.total("CallRecordingUploadError") == 0
        box.shift_s += 60
        await box.announce()
        assert await box.delivery.upload_some(box.sender) == 1
        assert await box.stored(recording) == data
        assert box.branch.store.sealed_recordings.waiting(10) == []
        assert [one.recording for one in box.branch.store.sealed_recordings.deletable(10)] == [recording]
        assert await box.delivery.upload_some(box.sender) == 0

    play(port, identity, branch, scene)


@pytest.mark.parametrize("first_cut", [0, 100, 600, 1500, 5000, 70_000, 131_072, 200_000])
def test_upload_when_the_link_breaks_at_a_byte_then_it_goes_on_there(
    first_cut: int, port: BoxPort, identity: Identity, branch: Branch
) -> None:
    async def scene(box: Bench) -> None:
        recording = name(2)
        data = box.contact(recording, 400_000)
        await box.delivery.seal_some()
        await box.announce()
        allowance = first_cut
        for _ in range(60):
            box.proxy.allowance = allowance
            try:
                if await box.delivery.upload_some(box.sender) == 1:
                    break
            except UploadBrokenError:
                if box.proxy.cuts % 2:  # every other time the whole process is new
                    box.delivery = box.process()
            allowance += 37_001
        assert box.proxy.cuts >= 2
        assert await box.stored(recording) == data

    play(port, identity, branch, scene)


def test_upload_when_the_pace_is_limited_then_it_takes_its_time_and_stops_when_told(
    port: BoxPort, identity: Identity, branch: Branch
) -> None:
    allowed = True

    async def scene(box: Bench) -> None:
        nonlocal allowed
        recording = name(3)
        data = box.contact(recording, 300_000)
        await box.delivery.seal_some()
        await box.announce()
        allowed = False
        with pytest.raises(UploadBrokenError, match="recordings wait"):
            await box.delivery.upload_some(box.sender)
        allowed = True
        began = monotonic()
        assert await box.delivery.upload_some(box.sender) == 1
        assert monotonic() - began >= (300_000 - 200_000) / 200_000 * 0.9  # a second's worth goes at once
        assert await box.stored(recording) == data

    play(port, identity, branch, scene, bytes_per_s=200_000, allowed=lambda: allowed)


def test_message_when_sealed_then_it_stays_to_be_listened_to(port: BoxPort, identity: Identity, branch: Branch) -> None:
    async def scene(box: Bench) -> None:
        recording = name(4)
        box.branch.contact("m", recording=recording, mailbox="sales")
        await box.delivery.seal_some()
        await box.announce()
        assert await box.delivery.upload_some(box.sender) == 1
        assert box.branch.files() == {f"{recording}.flac", f"{recording}.flac.age"}
        assert [one["voicemail"] for one in box.branch.perform("voicemail.list")] == [recording]

    play(port, identity, branch, scene)


def test_recording_when_the_original_was_changed_then_it_is_left_alone_and_others_go_on(
    port: BoxPort, identity: Identity, branch: Branch
) -> None:
    async def scene(box: Bench) -> None:
        changed, fine = name(5), name(6)
        box.contact(changed, 1000)
        box.contact(fine, 1000)
        box.branch.plain(changed).write_bytes(b"something else")
        assert await box.delivery.seal_some() == 1
        assert await box.delivery.seal_some() == 0
        assert box.branch.files() == {f"{changed}.flac", f"{fine}.flac.age"}

    play(port, identity, branch, scene)


def test_sealing_when_cut_between_its_steps_then_the_next_start_tidies_up(
    port: BoxPort, identity: Identity, branch: Branch
) -> None:
    async def scene(box: Bench) -> None:
        told, untold = name(7), name(8)
        box.contact(told, 1000)
        await box.delivery.seal_some()
        plain = box.branch.plain(told)
        plain.write_bytes(b"the power went before this was taken away")
        orphan = box.branch.paths.sealed / DAY / f"{untold}.flac.age"
        orphan.write_bytes(b"the power went before the switchboard heard of it")
        orphan.with_name(f"{orphan.name}.part").write_bytes(b"half")
        assert await box.delivery.tidy() == 3
        assert box.branch.files() == {f"{told}.flac.age"}

    play(port, identity, branch, scene)


def test_upload_when_the_key_has_changed_since_then_it_is_announced_anew(
    port: BoxPort, identity: Identity, branch: Branch
) -> None:
    async def scene(box: Bench) -> None:
        recording = name(9)
        data = box.contact(recording, 1000)
        await box.delivery.seal_some()
        box.as_whom = msgspec.structs.replace(box.as_whom, key_id="a-newer-one")
        assert await box.delivery.upload_some(box.sender) == 0
        assert len(box.branch.told(RECORDING)) == 2
        await box.announce()
        assert await box.delivery.upload_some(box.sender) == 1
        assert await box.stored(recording) == data

    play(port, identity, branch, scene)


def test_upload_when_refused_then_it_is_counted_and_the_others_go_on(
    port: BoxPort, identity: Identity, branch: Branch
) -> None:
    async def scene(box: Bench) -> None:
        forged, fine = name(10), name(11)
        box.contact(forged, 1000)
        data = box.contact(fine, 1000)
        await box.delivery.seal_some()
        await box.announce()
        async with box.console.database.writing() as session:
            row = await session.get(Recording, ("seoul", forged))
            assert row is not None
            row.signature = ""
        assert await box.delivery.upload_some(box.sender) == 1
        assert await box.stored(fine) == data
        assert box.branch.store.counters.total("CallRecordingUploadError") == 1

    play(port, identity, branch, scene)


def test_recording_when_the_console_misses_it_later_then_it_is_sent_again(
    port: BoxPort, identity: Identity, branch: Branch
) -> None:
    async def scene(box: Bench) -> None:
        recording = name(12)
        data = box.contact(recording, 1000)
        await box.delivery.seal_some()
        await box.announce()
        await box.delivery.upload_some(box.sender)
        async with box.console.database.writing() as session:
            row = await session.get(Recording, ("seoul", recording))
            assert row is not None
            await open_storage(box.console.settings).delete(row.location)
            row.state, row.location = "announced", ""
        assert await box.delivery.again((recording, "unknown")) == ["unknown"]
        assert await box.delivery.upload_some(box.sender) == 1
        assert await box.stored(recording) == data

    play(port, identity, branch, scene)
