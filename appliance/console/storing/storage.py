"""What a store of files can do, whichever it is; one contract suite runs over all of them.

A file is whole or not there: nobody ever sees half of one. Names are made by the console, never by a box or a person,
and are checked once more here: no name leads out of the store.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

from appliance.errors import ConsoleError

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,7}$")
PIECE_BYTES = 1 << 18


PAGE = 500  # files


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """changed_s: wall time of the store's own clock."""

    name: str
    changed_s: float


class StorageError(ConsoleError):
    """The store can't be reached, or has no room."""


class MissingFileError(StorageError):
    """There is no file of that name."""


class Storage(Protocol):
    """All of it raises StorageError. When a `put` returns, the file survives a power cut."""

    async def put(self, name: str, data: bytes) -> None:
        """Replaces what is there."""

    async def put_stream(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        """Replaces what is there; nothing is there afterwards that wasn't before if `pieces` raises."""

    def read(self, name: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`. Raises MissingFileError."""

    async def size(self, name: str) -> int | None:
        """In bytes; None where there is no such file."""

    async def delete(self, name: str) -> None:
        """No fault where there is none."""

    async def names(self, folder: str) -> list[str]:
        """All files below `folder`, in order."""

    def pages(self, folder: str) -> AsyncIterator[list[StoredFile]]:
        """The same without an order, some at a time: there may be very many."""

    async def tidy(self, folder: str, *, before_s: float) -> int:
        """Throw away what broken-off writing has left below `folder` before that; how many. It has no name in the
        store."""

    async def close(self) -> None:
        """Let go of what is held."""


def checked(name: str) -> str:
    """Raises StorageError for a name that isn't plain."""
    if not _NAME.match(name):
        raise StorageError(f"{name[:120]!r} is no name for a file in the store")
    return name


async def whole(storage: Storage, name: str) -> bytes:
    """All of a file that is known to fit into memory. Raises MissingFileError, StorageError."""
    return b"".join([piece async for piece in storage.read(name)])
