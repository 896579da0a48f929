"""Files of the store that no row points to: the old ones go, and nothing that anybody may still want."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from kit.announced import BOX, BRANCH, Announcer
from kit.console import add_branch, console
from sqlalchemy import delete

from appliance.console.context import Console
from appliance.console.database.tables import Recording, Upload
from appliance.console.storing.folder import FolderStorage
from appliance.console.storing.storage import Storage, whole
from appliance.console.uploads.orphans import FEW, PART_AGE_S, RECORDING_AGE_S, Orphans, Swept
from appliance.console.uploads.rows import place
from appliance.console.uploads.uploads import Uploads

DATA = os.urandom(300)
LATER_S = RECORDING_AGE_S + 3600.0


class Store:
    """A console with one box, and its store."""

    def __init__(self, one: Console, storage: Storage) -> None:
        self.console, self.storage = one, storage
        self.uploads = Uploads(one.database, storage, time.time)
        self.announcer = Announcer()

    async def sweep(self, *, later_s: float = LATER_S) -> Swept:
        return await Orphans(self.console.database, self.storage, lambda: time.time() + later_s).sweep()

    async def begun(self, *, sent: int) -> tuple[Recording, str]:
        """The facts of a recording, and its upload of which so many bytes are here."""
        recording = await self.announcer.announce(self.console, DATA)
        upload = (await self.uploads.create(self.announcer.uploader, recording=recording, length=len(DATA))).upload
        await self.uploads.append(self.announcer.uploader, upload, offset=0, data=DATA[:sent])
        return await self.recording(recording), upload

    async def stored(self) -> Recording:
        facts, upload = await self.begun(sent=len(DATA))
        await self.uploads.finish(self.announcer.uploader, upload)
        return await self.recording(facts.recording)

    async def recording(self, recording: str) -> Recording:
        async with self.console.database.reading() as session:
            row = await session.get(Recording, (BRANCH, recording))
            assert row is not None
            return row

    async def forget(self, facts: Recording) -> None:
        """The row is gone, the file isn't."""
        async with self.console.database.writing() as session:
            await session.execute(delete(Recording).where(Recording.recording == facts.recording))
            await session.execute(delete(Upload).where(Upload.recording == facts.recording))

    async def names(self) -> set[str]:
        return {name for folder in ("uploads", "recordings") for name in await self.storage.names(folder)}


def run(url: str, folder: Path, storage: Storage, scenario: Callable[[Store], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with console(url, folder) as one:
            await add_branch(one, BRANCH, box=BOX)
            await scenario(Store(one, storage))

    asyncio.run(inside())


def test_sweep_when_files_are_old_then_those_of_nobody_go_and_all_others_stay(
    database_url: str, tmp_path: Path, storage: Storage
) -> None:
    async def scenario(here: Store) -> None:
        kept = await here.stored()
        await here.begun(sent=100)  # its part has a row
        foreign = "recordings/box-1/notes.txt"  # none of our making
        await here.storage.put(foreign, b"x")
        before = await here.names()
        lost = await here.stored()
        await here.forget(lost)
        part = f"uploads/{uuid.uuid4().hex}/000000000000-0123456789ab"
        await here.storage.put(part, b"x")
        assert await here.names() == before | {part, lost.location}
        assert await here.sweep() == Swept(parts=1, recordings=1)
        assert await here.names() == before
        assert await whole(here.storage, kept.location) == DATA
        assert await here.sweep() == Swept()

    run(database_url, tmp_path, storage, scenario)


def test_sweep_when_files_are_young_then_they_stay(sqlite_url: str, tmp_path: Path, storage: Storage) -> None:
    async def scenario(here: Store) -> None:
        await here.forget(await here.stored())
        await here.storage.put(f"uploads/{uuid.uuid4().hex}/000000000000-0123456789ab", b"x")
        before = await here.names()
        assert await here.sweep(later_s=0.0) == Swept()
        assert await here.names() == before
        assert await here.sweep(later_s=PART_AGE_S + 3600.0) == Swept(parts=1)  # a recording stays longer

    run(sqlite_url, tmp_path, storage, scenario)


def test_sweep_when_an_upload_is_about_to_finish_then_its_file_stays(
    database_url: str, tmp_path: Path, storage: Storage
) -> None:
    async def scenario(here: Store) -> None:
        facts, upload = await here.begun(sent=len(DATA))
        location = place(BOX, facts)
        await here.storage.put(location, DATA)  # the console died between file and row
        assert (await here.sweep()).recordings == 0
        assert await here.storage.size(location) == len(DATA)
        await here.uploads.finish(here.announcer.uploader, upload)
        assert (await here.recording(facts.recording)).location == location
        assert (await here.sweep()).recordings == 0

    run(database_url, tmp_path, storage, scenario)


def test_sweep_when_most_recordings_seem_to_be_nobodys_then_none_goes_and_the_log_says_why(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(here: Store) -> None:
        await here.stored()
        for number in range(FEW + 1):
            await here.storage.put(f"recordings/{BOX}/ab/{uuid.uuid4()}.{number:016x}", b"x")
        before = await here.names()
        assert await here.sweep() == Swept(kept=FEW + 1)
        assert await here.names() == before

    run(sqlite_url, tmp_path, FolderStorage(tmp_path / "store"), scenario)
    assert f"{FEW + 1} of {FEW + 2} files in the store of recordings are in no row" in caplog.text
