"""Files in a folder of the console's disk, or of one that all its processes share.

Written aside, made durable, then renamed. Everything that waits for the disk runs in threads.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from appliance import durable
from appliance.console.storing.storage import PAGE, PIECE_BYTES, MissingFileError, StorageError, StoredFile, checked

_PART = ".part"  # names of the store never begin with a dot


class FolderStorage:
    """Implements `storage.Storage`."""

    def __init__(self, root: Path) -> None:
        """Raises StorageError where the folder can't be made."""
        self._root = root
        with _errors(str(root)):
            root.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def put(self, name: str, data: bytes) -> None:
        await asyncio.to_thread(self._put, name, data)

    async def put_stream(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        target = self._path(name)
        with _errors(name):
            part = await asyncio.to_thread(_aside, target)
            try:
                with part.open("wb") as file:
                    async for piece in pieces:
                        await asyncio.to_thread(file.write, piece)
                    await asyncio.to_thread(_flush, file)
                await asyncio.to_thread(self._into_place, part, target)
            except BaseException:
                part.unlink(missing_ok=True)
                raise

    async def read(self, name: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        path, left = self._path(name), None if end is None else end - start
        with _errors(name):
            file = await asyncio.to_thread(path.open, "rb")
            with file:
                file.seek(start)
                while left is None or left > 0:
                    piece = await asyncio.to_thread(file.read, PIECE_BYTES if left is None else min(PIECE_BYTES, left))
                    if not piece:
                        return
                    left = None if left is None else left - len(piece)
                    yield piece

    async def size(self, name: str) -> int | None:
        path = self._path(name)
        with _errors(name):
            return await asyncio.to_thread(lambda: path.stat().st_size if path.is_file() else None)

    async def delete(self, name: str) -> None:
        path = self._path(name)
        with _errors(name):
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def names(self, folder: str) -> list[str]:
        with _errors(folder):
            return await asyncio.to_thread(self._names, self._path(folder))

    async def pages(self, folder: str) -> AsyncIterator[list[StoredFile]]:
        found = _walked(self._root, self._path(folder))
        with _errors(folder):
            while page := await asyncio.to_thread(lambda: list(itertools.islice(found, PAGE))):
                yield page

    async def tidy(self, folder: str, *, before_s: float) -> int:
        with _errors(folder):
            return await asyncio.to_thread(_tidied, self._path(folder), before_s)

    async def close(self) -> None:
        """Nothing is held."""

    def _names(self, folder: Path) -> list[str]:
        found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        return sorted(str(path.relative_to(self._root)) for path in found)

    def _put(self, name: str, data: bytes) -> None:
        target = self._path(name)
        with _errors(name):
            part = _aside(target)
            try:
                with part.open("wb") as file:
                    file.write(data)
                    _flush(file)
                self._into_place(part, target)
            except BaseException:
                part.unlink(missing_ok=True)
                raise

    def _into_place(self, part: Path, target: Path) -> None:
        part.replace(target)
        for folder in (target.parent, *target.parent.parents):
            durable.sync(folder)
            if folder == self._root:
                return

    def _path(self, name: str) -> Path:
        return self._root / checked(name)


def _aside(target: Path) -> Path:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f".{secrets.token_hex(8)}{_PART}")
    part.touch(mode=0o600)
    return part


def _below(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """What goes meanwhile is left out."""
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            yield path, path.lstat()


def _walked(root: Path, folder: Path) -> Iterator[StoredFile]:
    for path, found in _below(folder):
        if stat.S_ISREG(found.st_mode) and not path.name.startswith("."):
            yield StoredFile(name=str(path.relative_to(root)), changed_s=found.st_mtime)


def _tidied(folder: Path, before_s: float) -> int:
    """Files that were never renamed, and folders that have been empty since then."""
    old = [(path, found) for path, found in _below(folder) if found.st_mtime < before_s]
    parts = [path for path, _ in old if path.name.startswith(".") and path.name.endswith(_PART)]
    for part in parts:
        part.unlink(missing_ok=True)
    for path, found in reversed(old):  # the inner ones first
        if stat.S_ISDIR(found.st_mode):
            with suppress(OSError):  # not empty
                path.rmdir()
    return len(parts)


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _errors(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise MissingFileError(f"the store of recordings has no {name}") from error
    except OSError as error:
        raise StorageError(f"the store of recordings can't do {name}: {error.strerror}; check its disk") from error
