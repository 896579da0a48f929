"""Fetches the files that an order names, by their hash, into `BoxPaths.incoming`. Any other content is thrown away."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable
from pathlib import Path

import aiohttp

from appliance.cloud import paths
from appliance.cloud.orders import Item
from appliance.errors import SyncError
from appliance.sync.ground import Ground

logger = logging.getLogger(__name__)
MOST_BYTES = 256_000_000
KEPT_S = 30 * 86_400.0
_PIECE = 1 << 16


class BlobError(SyncError):
    """A file can't be fetched now."""


async def fetch_missing(ground: Ground, items: Iterable[Item]) -> None:
    """Raises BlobError. What the console doesn't have is left out: the switchboard will say so."""
    folder = ground.paths.incoming
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {item.blob for item in items if item.blob}
    _sweep(folder, wanted)
    for sha256 in sorted(wanted):
        if not (folder / sha256).exists():
            await _fetch(ground, sha256, folder)


async def _fetch(ground: Ground, sha256: str, folder: Path) -> None:
    draft, digest, size = folder / f".{sha256}.part", hashlib.sha256(), 0
    try:
        async with ground.console.session.get(f"{ground.console.url}{paths.BLOBS}/{sha256}") as answer:
            if answer.status == 404:
                logger.error("the console doesn't have file %s", sha256[:12])
                return
            answer.raise_for_status()
            with draft.open("wb") as file:
                async for piece in answer.content.iter_chunked(_PIECE):
                    size += len(piece)
                    if size > MOST_BYTES:
                        raise BlobError(f"file {sha256[:12]} of the console has more than {MOST_BYTES} bytes")
                    digest.update(piece)
                    file.write(piece)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise BlobError(f"file {sha256[:12]} can't be fetched from the console: {error}") from error
    if digest.hexdigest() != sha256:
        draft.unlink()
        ground.warnings["orders"] = f"a file came from the console that isn't the one ordered ({sha256[:12]})"
        raise BlobError(f"file {sha256[:12]} came from the console with another content; it was thrown away")
    draft.replace(folder / sha256)


def _sweep(folder: Path, wanted: set[str]) -> None:
    """Files that nobody has asked for in a while go."""
    before_s = time.time() - KEPT_S
    for path in folder.iterdir():
        if path.name not in wanted and path.stat().st_mtime < before_s:
            path.unlink(missing_ok=True)
