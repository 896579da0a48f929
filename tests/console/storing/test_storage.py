"""The contract of a store of files, over every kind there is."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance.console.settings import Settings
from appliance.console.storing import folder as folder_module
from appliance.console.storing import objects as objects_module
from appliance.console.storing.folder import FolderStorage
from appliance.console.storing.objects import ObjectStorage
from appliance.console.storing.opening import open_storage
from appliance.console.storing.storage import MissingFileError, Storage, StorageError, whole

BIG = os.urandom(6_000_000)  # more than one part of S3's
LONG = ["a/" * 9 + "b", "x" * 101]
TRICKS = [
    "../up",
    "/etc/passwd",
    "a/../../b",
    "",
    "a//b",
    ".hidden",
    "a/.b",
    "a\0b",
    "a\nb",
    "ä",
    "a/" * 9 + "b",
    "x" * 101,
]


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def test_file_when_put_then_it_is_read_whole_and_in_ranges(storage: Storage) -> None:
    async def scenario() -> None:
        await storage.put("a/b.age", b"0123456789")
        assert await whole(storage, "a/b.age") == b"0123456789"
        for start, end in ((0, 4), (3, 7), (8, 10), (5, None), (4, 4)):
            found = b"".join([piece async for piece in storage.read("a/b.age", start=start, end=end)])
            assert found == b"0123456789"[start:end]
        assert await storage.size("a/b.age") == 10

    asyncio.run(scenario())


def test_file_when_put_again_then_it_is_the_newer(storage: Storage) -> None:
    async def scenario() -> None:
        await storage.put("one", b"older and longer")
        await storage.put_stream("one", pieces(b"new", b"er"))
        assert await whole(storage, "one") == b"newer"

    asyncio.run(scenario())


def test_stream_when_large_then_it_arrives_whole(storage: Storage) -> None:
    async def scenario() -> None:
        step = 700_001
        await storage.put_stream("big", pieces(*(BIG[start : start + step] for start in range(0, len(BIG), step))))
        assert await whole(storage, "big") == BIG

    asyncio.run(scenario())


def test_stream_when_it_breaks_then_nothing_is_there(storage: Storage) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield BIG
        raise RuntimeError("cut")

    async def scenario() -> None:
        with pytest.raises((RuntimeError, StorageError)):
            await storage.put_stream("a/one", broken())
        assert await storage.size("a/one") is None
        assert await storage.names("a") == []

    asyncio.run(scenario())


def test_missing_file_when_asked_for_then_it_says_so(storage: Storage) -> None:
    async def scenario() -> None:
        with pytest.raises(MissingFileError):
            await whole(storage, "none")
        assert await storage.size("none") is None
        await storage.delete("none")

    asyncio.run(scenario())


def test_files_when_deleted_then_the_others_stay(storage: Storage) -> None:
    async def scenario() -> None:
        for name in ("x/1", "x/2", "y/1"):
            await storage.put(name, b".")
        assert await storage.names("x") == ["x/1", "x/2"]
        await storage.delete("x/1")
        assert await storage.names("x") == ["x/2"]
        assert await storage.names("y") == ["y/1"]
        assert await storage.names("z") == []

    asyncio.run(scenario())


@pytest.mark.parametrize("name", TRICKS)
def test_name_when_it_could_lead_elsewhere_then_it_is_refused(name: str, storage: Storage, tmp_path: Path) -> None:
    async def scenario() -> None:
        with pytest.raises(StorageError):
            await storage.put(name, b"")
        with pytest.raises(StorageError):
            await whole(storage, name)
        with pytest.raises(StorageError):
            await storage.delete(name)

    asyncio.run(scenario())
    assert not (tmp_path / "up").exists()


def test_folder_when_others_look_then_they_see_nothing(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "store")
    asyncio.run(storage.put("a/b", b"voice"))
    assert (tmp_path / "store").stat().st_mode & 0o077 == 0
    assert (tmp_path / "store" / "a" / "b").stat().st_mode & 0o077 == 0


def test_folder_when_its_disk_is_full_then_it_says_so_and_keeps_nothing() -> None:
    async def scenario() -> None:
        with pytest.raises(StorageError, match="check its disk"):
            await FolderStorage(Path("/dev/full/store")).put("a", b"")

    asyncio.run(scenario())


@pytest.mark.parametrize("url", ["s3://", "http://x/y", "s3://key:secret@bucket/x", "s3://bucket?secret=1", "gs://b"])
def test_address_when_no_object_store_then_it_is_refused_without_a_secret(url: str) -> None:
    with pytest.raises(StorageError) as raised:
        ObjectStorage.at(url)
    assert "secret@" not in str(raised.value)


def test_settings_when_they_name_a_store_then_it_is_opened(tmp_path: Path) -> None:
    plain = Settings(database="sqlite://", data_dir=tmp_path, public_url="http://x", box_url="https://x")
    storage = open_storage(plain)
    asyncio.run(storage.put("a", b"x"))
    assert (tmp_path / "recordings" / "a").read_bytes() == b"x"


def test_files_when_listed_in_pages_then_each_once_with_its_time(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (folder_module, objects_module):
        monkeypatch.setattr(module, "PAGE", 2)

    async def scenario() -> None:
        began_s = time.time()
        names = [f"uploads/{letter}/part" for letter in "abcde"]
        for name in (*names, "recordings/else"):
            await storage.put(name, b"x")
        pages = [page async for page in storage.pages("uploads")]
        assert sorted(file.name for page in pages for file in page) == names
        assert all(0 < len(page) <= 2 for page in pages)
        assert all(abs(file.changed_s - began_s) < 300 for page in pages for file in page)
        assert [page async for page in storage.pages("nothing")] == []

    asyncio.run(scenario())


def test_store_when_tidied_then_its_files_stay(storage: Storage) -> None:
    async def scenario() -> None:
        await storage.put("uploads/a/part", b"x")
        await storage.tidy("uploads", before_s=time.time() + 3600)
        await storage.tidy("nothing", before_s=time.time() + 3600)
        assert await storage.names("uploads") == ["uploads/a/part"]

    asyncio.run(scenario())


def test_folder_when_tidied_then_old_torn_files_and_empty_folders_are_gone(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    for name in ("old", "young"):
        (tmp_path / "uploads" / name).mkdir(parents=True)
        (tmp_path / "uploads" / name / ".0123.part").write_bytes(b"half")
    (tmp_path / "uploads" / "empty").mkdir()
    for path in ("old/.0123.part", "empty"):
        os.utime(tmp_path / "uploads" / path, (1.0, 1.0))
    assert asyncio.run(storage.tidy("uploads", before_s=2.0)) == 1
    left = {str(path.relative_to(tmp_path / "uploads")) for path in tmp_path.glob("uploads/**/*")}
    assert left == {"old", "young", "young/.0123.part"}
