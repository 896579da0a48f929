"""Uploads in database and store: whole or not at all, whoever sends what how often."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit.announced import BOX, BRANCH, Announcer
from kit.console import add_branch, console, sqlite_with_tables
from kit.object_server import ObjectServer
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.context import Console
from appliance.console.database.tables import Recording, Upload, UploadPart
from appliance.console.storing.folder import FolderStorage
from appliance.console.storing.objects import ObjectStorage
from appliance.console.storing.storage import MissingFileError, StorageError, whole
from appliance.console.uploads import errors
from appliance.console.uploads.uploads import KEPT_S, MOST_OPEN, Uploads

DATA = os.urandom(5000)
SOME = "3c9f1a52-7b44-4b5e-9b0a-3d2f4c1e8a77"


class Place:
    """A console with one box, a store of files and a clock that is set by hand."""

    def __init__(self, one: Console, folder: Path) -> None:
        self.console = one
        self.folder = folder
        self.storage = FolderStorage(folder)
        self.now_s = 1000.0
        self.uploads = Uploads(one.database, self.storage, lambda: self.now_s)
        self.announcer = Announcer()
        self.box = self.announcer.uploader

    async def recording(self, recording: str) -> Recording:
        async with self.console.database.reading() as session:
            row = await session.get(Recording, (BRANCH, recording))
            assert row is not None
            return row

    async def send(self, data: bytes, recording: str, *, step: int = 1000) -> str:
        """Up to the last byte; the upload's id."""
        found = await self.uploads.create(self.box, recording=recording, length=len(data))
        for start in range(0, len(data), step):
            await self.uploads.append(self.box, found.upload, offset=start, data=data[start : start + step])
        return found.upload


@asynccontextmanager
async def place(url: str, folder: Path) -> AsyncIterator[Place]:
    async with console(url, folder) as one:
        await add_branch(one, BRANCH, box=BOX)
        yield Place(one, folder / "store")


def run(url: str, folder: Path, scenario: Callable[[Place], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with place(url, folder) as here:
            await scenario(here)

    asyncio.run(inside())


def test_upload_when_all_is_sent_then_the_recording_is_stored_and_nothing_else(
    database_url: str, tmp_path: Path
) -> None:
    async def scenario(here: Place) -> None:
        recording = await here.announcer.announce(here.console, DATA)
        upload = await here.send(DATA, recording)
        done = await here.uploads.finish(here.box, upload)
        row = await here.recording(recording)
        assert (done.recording, done.sha256, done.bytes) == (recording, row.sha256, len(DATA))
        assert (row.state, row.stored_s) == ("stored", here.now_s)
        assert await whole(here.storage, row.location) == DATA
        assert await here.storage.names("uploads") == []
        assert await here.uploads.finish(here.box, upload) == done
        async with here.console.database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(UploadPart)) == 0

    run(database_url, tmp_path, scenario)


def test_upload_when_the_store_is_s3_then_it_is_verified_there(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(here: Place) -> None:
        with ObjectServer() as server:
            storage = ObjectStorage.at(server.bucket("recordings"))
            uploads = Uploads(here.console.database, storage, lambda: here.now_s)
            recording = await here.announcer.announce(here.console, DATA)
            upload = (await uploads.create(here.box, recording=recording, length=len(DATA))).upload
            for start in range(0, len(DATA), 1700):
                await uploads.append(here.box, upload, offset=start, data=DATA[start : start + 1700])
            assert len(await storage.names(f"uploads/{upload}")) == 3
            await uploads.finish(here.box, upload)
            row = await here.recording(recording)
            assert row.state == "stored"
            assert await whole(storage, row.location) == DATA
            assert await storage.names("uploads") == []

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_made_again_then_it_is_the_same_one_with_what_it_has(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(here: Place) -> None:
        recording = await here.announcer.announce(here.console, DATA)
        first = await here.uploads.create(here.box, recording=recording, length=len(DATA))
        await here.uploads.append(here.box, first.upload, offset=0, data=DATA[:77])
        again = await here.uploads.create(here.box, recording=recording, length=len(DATA))
        assert (again.upload, again.received) == (first.upload, 77)

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_made_many_times_at_once_then_there_is_one(database_url: str, tmp_path: Path) -> None:
    async def scenario(here: Place) -> None:
        recording = await here.announcer.announce(here.console, DATA)
        made = await asyncio.gather(
            *(here.uploads.create(here.box, recording=recording, length=len(DATA)) for _ in range(6)),
            return_exceptions=True,
        )
        assert all(not isinstance(one, BaseException) or isinstance(one, errors.BusyError) for one in made)
        async with here.console.database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Upload)) == 1

    run(database_url, tmp_path, scenario)


def test_upload_when_two_continue_at_once_then_one_wins_and_the_file_is_right(
    database_url: str, tmp_path: Path
) -> None:
    async def scenario(here: Place) -> None:
        recording = await here.announcer.announce(here.console, DATA)
        upload = (await here.uploads.create(here.box, recording=recording, length=len(DATA))).upload

        async def all_of_it() -> int:
            won = 0
            for start in range(0, len(DATA), 500):
                try:
                    await here.uploads.append(here.box, upload, offset=start, data=DATA[start : start + 500])
                    won += 1
                except errors.WrongOffsetError:
                    await asyncio.sleep(0)
            return won

        while (await here.uploads.progress(here.box, upload)).received < len(DATA):
            await asyncio.gather(*(all_of_it() for _ in range(4)))
        assert len(await here.storage.names(f"uploads/{upload}")) == 10
        results = await asyncio.gather(
            *(here.uploads.finish(here.box, upload) for _ in range(3)), return_exceptions=True
        )
        assert all(
            not isinstance(one, BaseException) or isinstance(one, MissingFileError | errors.BusyError)
            for one in results
        )
        await here.uploads.finish(here.box, upload)
        assert await whole(here.storage, (await here.recording(recording)).location) == DATA

    run(database_url, tmp_path, scenario)


def test_upload_when_finished_between_two_looks_of_another_request_then_the_file_stays(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(here: Place) -> None:
        recording = await here.announcer.announce(here.console, DATA)
        upload = await here.send(DATA, recording)

        async def too_late(session: AsyncSession, wanted: str) -> list[UploadPart]:
            """PostgreSQL's next statement sees what was committed meanwhile: the parts have gone."""
            monkeypatch.undo()
            await here.uploads.finish(here.box, wanted)
            return []

        monkeypatch.setattr("appliance.console.uploads.uploads.parts_of", too_late)
        with pytest.raises(errors.BusyError):
            await here.uploads.finish(here.box, upload)
        row = await here.recording(recording)
        assert row.state == "stored"
        assert await whole(here.storage, row.location) == DATA

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_its_bytes_are_others_then_nothing_is_stored(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(here: Place) -> None:
        recording = await here.announcer.announce(here.console, DATA)
        wrong = DATA[:-1] + bytes([DATA[-1] ^ 1])
        upload = await here.send(wrong, recording)
        with pytest.raises(errors.CorruptError):
            await here.uploads.finish(here.box, upload)
        assert (await here.recording(recording)).state == "announced"
        assert await here.storage.names("recordings") == [] == await here.storage.names("uploads")
        upload = await here.send(DATA, recording)
        await here.uploads.finish(here.box, upload)

    run(sqlite_url, tmp_path, scenario)


@pytest.mark.parametrize("recording", ["../../etc/passwd", "", "a.b", "-", "ä", "a\0", "a" * 81, f"{SOME}/x"])
def test_upload_when_of_a_name_that_leads_elsewhere_then_it_is_refused(
    recording: str, sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(here: Place) -> None:
        with pytest.raises(errors.MalformedUploadError):
            await here.uploads.create(here.box, recording=recording, length=5)
        for trick in ("../x", recording, "%2e%2e"):
            with pytest.raises(errors.UnknownUploadError):
                await here.uploads.append(here.box, trick, offset=0, data=b"x")

    run(sqlite_url, tmp_path, scenario)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["store"]


def test_upload_when_it_is_another_boxs_then_there_is_none(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(here: Place) -> None:
        recording = await here.announcer.announce(here.console, DATA)
        upload = (await here.uploads.create(here.box, recording=recording, length=len(DATA))).upload
        other = Announcer("box-2", BRANCH).uploader
        for attempt in (
            here.uploads.progress(other, upload),
            here.uploads.append(other, upload, offset=0, data=DATA),
            here.uploads.finish(other, upload),
            here.uploads.remove(other, upload),
        ):
            with pytest.raises(errors.UnknownUploadError):
                await attempt
        with pytest.raises(errors.NotAnnouncedError):
            await here.uploads.create(other, recording=recording, length=len(DATA))
        assert (await here.uploads.progress(here.box, upload)).received == 0

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_its_facts_are_unsigned_changed_or_unknown_then_it_is_refused(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(here: Place) -> None:
        cases: list[tuple[dict[str, object], int, type[errors.UploadError]]] = [
            ({"signature": ""}, len(DATA), errors.ForgedError),
            ({"sha256": "0" * 64}, len(DATA), errors.ForgedError),
            ({}, len(DATA) + 1, errors.MalformedUploadError),
            ({"state": "erased"}, len(DATA), errors.ErasedError),
            ({"box": "box-2"}, len(DATA), errors.NotAnnouncedError),
        ]
        for changes, length, refusal in cases:
            recording = await here.announcer.announce(here.console, DATA, **changes)
            with pytest.raises(refusal):
                await here.uploads.create(here.box, recording=recording, length=length)
        with pytest.raises(errors.NotAnnouncedError):
            await here.uploads.create(here.box, recording=str(uuid.uuid4()), length=5)

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_more_than_announced_comes_then_it_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(here: Place) -> None:
        recording = await here.announcer.announce(here.console, DATA)
        upload = (await here.uploads.create(here.box, recording=recording, length=len(DATA))).upload
        with pytest.raises(errors.TooLongError):
            await here.uploads.append(here.box, upload, offset=0, data=DATA + b"x")
        with pytest.raises(errors.WrongOffsetError):
            await here.uploads.append(here.box, upload, offset=1, data=b"x")
        with pytest.raises(errors.WrongOffsetError):
            await here.uploads.finish(here.box, upload)

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_the_recording_is_sealed_anew_then_the_old_one_is_forgotten(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(here: Place) -> None:
        recording = await here.announcer.announce(here.console, DATA)
        first = (await here.uploads.create(here.box, recording=recording, length=len(DATA))).upload
        await here.uploads.append(here.box, first, offset=0, data=DATA[:100])
        anew = os.urandom(len(DATA))
        async with here.console.database.writing() as session:
            row = await session.get(Recording, (BRANCH, recording))
            assert row is not None
            row.sha256 = hashlib.sha256(anew).hexdigest()
            row.signature = here.announcer.signature(recording, anew)
        found = await here.uploads.create(here.box, recording=recording, length=len(anew))
        assert (found.upload != first, found.received) == (True, 0)
        assert await here.storage.names("uploads") == []
        with pytest.raises(errors.UnknownUploadError):
            await here.uploads.progress(here.box, first)

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_nobody_goes_on_with_it_then_it_is_thrown_away(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(here: Place) -> None:
        recording = await here.announcer.announce(here.console, DATA)
        upload = (await here.uploads.create(here.box, recording=recording, length=len(DATA))).upload
        await here.uploads.append(here.box, upload, offset=0, data=DATA[:100])
        here.now_s += KEPT_S - 1
        assert await here.uploads.expire() == 0
        here.now_s += 2
        assert await here.uploads.expire() == 1
        assert await here.storage.names("uploads") == []
        async with here.console.database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Upload)) == 0

    run(sqlite_url, tmp_path, scenario)


def test_uploads_when_a_box_begins_too_many_then_it_has_to_end_one(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(here: Place) -> None:
        for _ in range(MOST_OPEN):
            recording = await here.announcer.announce(here.console, b"x")
            await here.uploads.create(here.box, recording=recording, length=1)
        recording = await here.announcer.announce(here.console, b"x")
        with pytest.raises(errors.TooManyError):
            await here.uploads.create(here.box, recording=recording, length=1)

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_the_store_has_no_room_then_the_bytes_do_not_count(sqlite_url: str, tmp_path: Path) -> None:
    class Full(FolderStorage):
        async def put(self, name: str, data: bytes) -> None:
            raise StorageError("no room")

    async def scenario(here: Place) -> None:
        recording = await here.announcer.announce(here.console, DATA)
        upload = (await here.uploads.create(here.box, recording=recording, length=len(DATA))).upload
        full = Uploads(here.console.database, Full(here.folder), lambda: 1.0)
        with pytest.raises(StorageError):
            await full.append(here.box, upload, offset=0, data=DATA)
        assert (await here.uploads.progress(here.box, upload)).received == 0
        await here.send(DATA, recording)

    run(sqlite_url, tmp_path, scenario)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 4999), max_size=6), data=st.binary(min_size=5000, max_size=5000))
def test_upload_when_cut_into_any_pieces_then_it_is_whole(cuts: list[int], data: bytes, tmp_path: Path) -> None:
    folder = tmp_path / str(uuid.uuid4())
    folder.mkdir()

    async def scenario(here: Place) -> None:
        recording = await here.announcer.announce(here.console, data)
        upload = (await here.uploads.create(here.box, recording=recording, length=len(data))).upload
        edges = sorted({0, len(data), *cuts})
        for start, end in itertools.pairwise(edges):
            await here.uploads.append(here.box, upload, offset=start, data=data[start:end])
        await here.uploads.finish(here.box, upload)
        assert await whole(here.storage, (await here.recording(recording)).location) == data

    run(sqlite_with_tables(folder / "console.db"), folder, scenario)
