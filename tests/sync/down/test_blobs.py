"""A file from the console is what the order names, or it is thrown away."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web

from appliance.cloud import paths
from appliance.cloud.orders import Item, ItemKind
from appliance.config.paths import BoxPaths
from appliance.sync.down import blobs
from appliance.sync.ground import Ground

GOOD = b"the bundle as it was ordered"
SHA256 = hashlib.sha256(GOOD).hexdigest()
ITEMS = (Item(kind=ItemKind.FLOW_BUNDLE, name="main", content={}, blob=SHA256),)


def fetch(folder: Path, content: bytes, *, status: int = 200, most: int = blobs.MOST_BYTES) -> dict[str, str]:
    """Fetch from a console that answers with this; the warnings."""

    async def answer(request: web.Request) -> web.Response:
        assert request.path == f"{paths.BLOBS}/{SHA256}"
        return web.Response(body=content, status=status)

    async def run() -> dict[str, str]:
        app = web.Application()
        app.router.add_get("/{rest:.*}", answer)
        server = web.AppRunner(app)
        await server.setup()
        site = web.TCPSite(server, "127.0.0.1", 0)
        await site.start()
        port = server.addresses[0][1]
        warnings: dict[str, str] = {}
        async with aiohttp.ClientSession() as session:
            console: Any = SimpleNamespace(session=session, url=f"http://127.0.0.1:{port}")
            ground: Any = SimpleNamespace(
                console=console, paths=BoxPaths(data=folder, run=folder), warnings=warnings
            )  # fmt: skip
            try:
                await blobs.fetch_missing(cast(Ground, ground), ITEMS)
            finally:
                await server.cleanup()
        return warnings

    return asyncio.run(run())


def test_blob_when_it_is_the_one_ordered_then_kept_under_its_hash(tmp_path: Path) -> None:
    assert fetch(tmp_path, GOOD) == {}
    assert (tmp_path / "incoming" / SHA256).read_bytes() == GOOD


def test_blob_when_it_was_tampered_with_then_thrown_away_and_told(tmp_path: Path) -> None:
    with pytest.raises(blobs.BlobError, match="another content"):
        fetch(tmp_path, b"something else")
    assert list((tmp_path / "incoming").iterdir()) == []


def test_blob_when_the_console_does_not_have_it_then_left_out(tmp_path: Path) -> None:
    assert fetch(tmp_path, b"", status=404) == {}
    assert list((tmp_path / "incoming").iterdir()) == []


def test_blob_when_the_console_fails_then_tried_again_later(tmp_path: Path) -> None:
    with pytest.raises(blobs.BlobError, match="can't be fetched"):
        fetch(tmp_path, b"", status=500)


def test_blob_when_it_is_there_already_then_not_fetched_and_old_ones_go(tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / SHA256).write_bytes(GOOD)
    for name, age_s in (("a" * 64, blobs.KEPT_S + 100), ("b" * 64, 100)):
        (folder / name).write_bytes(b"")
        then = (folder / name).stat().st_mtime - age_s
        os.utime(folder / name, (then, then))
    fetch(tmp_path, b"never asked for")
    assert sorted(path.name for path in folder.iterdir()) == sorted([SHA256, "b" * 64])
