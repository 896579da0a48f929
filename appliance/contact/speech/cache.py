"""The folder of made sounds: bounded, and whole files only; many processes may read while the studio writes.

A file is written aside under a hidden name and renamed. The oldest by last use go when there are too many.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from appliance.contact.speech.sound import playable, write_wav

_ROOM_AFTER = 0.9  # how full a cache is left that was too full
_MARK = ".made-by"
_count = itertools.count()


def find(folder: Path, key: str) -> Path | None:
    """The file of `key`, marked as used just now; None where it has to be made."""
    path = path_of(folder, key)
    if not playable(path):
        return None
    with contextlib.suppress(OSError):  # somebody else's file, or gone this moment
        os.utime(path)
    return path


def path_of(folder: Path, key: str) -> Path:
    return folder / f"{key}.wav"


class Cache:
    """The writing side: one in the studio, one in a command."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self.folder = folder
        self._limit = limit_bytes
        self._bytes = 0
        self._lock = threading.Lock()

    def open(self, made_by: str) -> None:
        """Make the folder, clear what a crash left, and everything where `made_by` (voices, engines) has changed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        mark = self.folder / _MARK
        digest = hashlib.sha256(made_by.encode()).hexdigest()
        known = mark.read_text() if mark.exists() else ""
        for entry in list(self._entries(hidden=True)):
            if entry.name != _MARK and (entry.name.startswith(".") or known != digest):
                Path(entry.path).unlink(missing_ok=True)
        mark.write_text(digest)
        self._bytes = sum(_size(entry) for entry in self._entries())

    def has(self, key: str) -> bool:
        """Whether it is there. Doesn't count as use."""
        return playable(path_of(self.folder, key))

    def keep(self, key: str, pcm: bytes) -> Path:
        """Put `pcm` there as `key`. Raises OSError."""
        aside = self.aside()
        try:
            write_wav(aside, pcm)
            return self.take(key, aside)
        finally:
            aside.unlink(missing_ok=True)

    def take(self, key: str, aside: Path) -> Path:
        """Make the finished file `aside` the one of `key`. Raises OSError."""
        target = path_of(self.folder, key)
        size = aside.stat().st_size
        aside.replace(target)
        with self._lock:
            self._bytes += size
            if self._bytes > self._limit:
                self._make_room(target)
        return target

    def link(self, key: str, other: str) -> Path | None:
        """Let `key` be the same file as `other`, None where there is none. Raises OSError."""
        source = find(self.folder, other)
        if source is None:
            return None
        aside = self.aside()
        aside.hardlink_to(source)
        return aside.replace(path_of(self.folder, key))

    def aside(self) -> Path:
        """A name of its own to write to; hidden until it is taken."""
        return self.folder / f".{os.getpid()}.{next(_count)}.wav"

    def is_roomy(self) -> bool:
        """Whether half of the room is free: what nobody has asked for yet must not push out what was."""
        return self._bytes < self._limit // 2

    def _make_room(self, newest: Path) -> None:
        entries = sorted(self._entries(), key=lambda entry: _stat(entry)[0])
        self._bytes = sum(_size(entry) for entry in entries)
        for entry in entries:
            if self._bytes <= self._limit * _ROOM_AFTER:
                return
            if entry.path != str(newest):
                self._bytes -= _size(entry)
                Path(entry.path).unlink(missing_ok=True)

    def _entries(self, *, hidden: bool = False) -> Iterator[os.DirEntry[str]]:
        with os.scandir(self.folder) as found:
            for entry in found:
                if entry.is_file(follow_symlinks=False) and (hidden or not entry.name.startswith(".")):
                    yield entry


def _stat(entry: os.DirEntry[str]) -> tuple[float, int]:
    """Time of last use and bytes; zeros for a file that has gone."""
    with contextlib.suppress(OSError):
        found = entry.stat()
        return found.st_mtime, found.st_size // max(1, found.st_nlink)
    return 0.0, 0


def _size(entry: os.DirEntry[str]) -> int:
    return _stat(entry)[1]
