"""Joins the parts of an upload into one file of the store and checks what the store then holds."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence

from appliance.console.storing.storage import Storage


async def assemble(storage: Storage, parts: Sequence[str], target: str, *, sha256: str, length: int) -> bool:
    """Whether `target` now holds what is announced; it is gone again where it doesn't. Raises StorageError.

    The file is read back: what counts is what the store will give out, not what was sent to it.
    """
    await storage.put_stream(target, _joined(storage, parts))
    if await _sha256(storage, target) == sha256 and await storage.size(target) == length:
        return True
    await storage.delete(target)
    return False


async def _joined(storage: Storage, parts: Sequence[str]) -> AsyncIterator[bytes]:
    for name in parts:
        async for piece in storage.read(name):
            yield piece


async def _sha256(storage: Storage, name: str) -> str:
    digest = hashlib.sha256()
    async for piece in storage.read(name):
        digest.update(piece)
    return digest.hexdigest()
