"""The tus server over HTTP: what the protocol asks for, cuts at every byte, and what it refuses."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI, Request
from kit.announced import BOX, BRANCH, Announcer
from kit.console import add_branch, client_of, console

from appliance.cloud import paths, tus
from appliance.cloud.recordings import UploadDone
from appliance.console.apps import box_app
from appliance.console.audit.log import Wanted, entries
from appliance.console.authority.presence import KnownBox, present_box
from appliance.console.context import Console
from appliance.console.database.tables import Recording
from appliance.console.people.roles import Branches

DATA = os.urandom(150)
V = {tus.RESUMABLE: tus.VERSION}
CHUNK = {**V, "Content-Type": tus.CHUNK_TYPE}


class Here:
    """The box application with one box that is let in, and a client of it."""

    def __init__(self, one: Console, app: FastAPI, client: httpx.AsyncClient) -> None:
        self.console = one
        self.app = app
        self.client = client
        self.announcer = Announcer()

    async def create(self, data: bytes = DATA) -> tuple[str, str]:
        """Recording and address of its upload."""
        recording = await self.announcer.announce(self.console, data)
        answer = await self.post(recording, len(data))
        assert answer.status_code == 201, answer.text
        return recording, answer.headers["location"]

    async def post(self, recording: str, length: int | str, **headers: str) -> httpx.Response:
        named = {tus.LENGTH: str(length), tus.METADATA: tus.write_metadata({"recording": recording})}
        return await self.client.post(paths.UPLOADS, headers={**V, **named, **headers})

    async def patch(self, path: str, offset: int, data: bytes, **headers: str) -> httpx.Response:
        return await self.client.patch(path, content=data, headers={**CHUNK, tus.OFFSET: str(offset), **headers})

    async def offset(self, path: str) -> int:
        answer = await self.client.head(path, headers=V)
        assert answer.status_code == 200
        return int(answer.headers[tus.OFFSET])

    async def cut_patch(self, path: str, offset: int, data: bytes, *, after: int, checksum: bool) -> None:
        """A PATCH of `data` whose connection breaks behind `after` bytes."""
        headers = [(b"content-type", tus.CHUNK_TYPE.encode()), (b"content-length", str(len(data)).encode())]
        headers += [(tus.RESUMABLE.lower().encode(), b"1.0.0"), (tus.OFFSET.lower().encode(), str(offset).encode())]
        if checksum:
            headers.append((tus.CHECKSUM.lower().encode(), tus.write_checksum(data).encode()))
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "PATCH", "path": path,
            "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http", "headers": headers,
            "client": ("127.0.0.1", 1), "server": ("box", 80), "app": self.app,
        }  # fmt: skip
        messages: list[dict[str, Any]] = [{"type": "http.request", "body": data[:after], "more_body": True}]
        messages.append({"type": "http.disconnect"})

        async def receive() -> dict[str, Any]:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(_: Any) -> None:
            """Nobody is there to hear it."""

        await self.app(scope, receive, send)


@asynccontextmanager
async def here(url: str, folder: Path) -> AsyncIterator[Here]:
    async with console(url, folder) as one:
        await add_branch(one, BRANCH, box=BOX)
        app = box_app(one)
        async with client_of(app) as client:
            place = Here(one, app, client)
            box = place.announcer.uploader
            known = KnownBox(
                box=box.box, branch=box.branch, state="active", serial="1", key=place.announcer.key.public_key()
            )

            def let_in(request: Request) -> KnownBox:
                request.state.box = known
                return known

            app.dependency_overrides[present_box] = let_in
            yield place


def run(url: str, folder: Path, scenario: Callable[[Here], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with here(url, folder) as place:
            await scenario(place)

    asyncio.run(inside())


def test_server_when_asked_what_it_can_then_it_says_what_tus_wants(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(box: Here) -> None:
        answer = await box.client.options(paths.UPLOADS)
        assert answer.status_code == 204
        assert answer.headers["tus-version"] == "1.0.0"
        assert set(answer.headers["tus-extension"].split(",")) == {"creation", "checksum", "termination", "expiration"}
        assert answer.headers["tus-checksum-algorithm"] == "sha256"

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_sent_in_pieces_then_every_answer_is_tus_and_the_end_is_confirmed(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(box: Here) -> None:
        recording, path = await box.create()
        first = await box.patch(path, 0, DATA[:60], **{tus.CHECKSUM: tus.write_checksum(DATA[:60])})
        assert (first.status_code, first.headers[tus.OFFSET], first.headers[tus.RESUMABLE]) == (204, "60", "1.0.0")
        assert parsedate_to_datetime(first.headers[tus.EXPIRES]).timestamp() > box.console.now_s() + 86400
        head = await box.client.head(path, headers=V)
        assert (head.headers[tus.LENGTH], head.headers["cache-control"]) == ("150", "no-store")
        early = await box.client.get(path)
        assert early.status_code == 409
        assert (await box.patch(path, 60, DATA[60:])).headers[tus.OFFSET] == "150"
        done = msgspec.json.decode((await box.client.get(path)).content, type=UploadDone)
        assert (done.recording, done.bytes) == (recording, 150)
        again = await box.post(recording, 150)
        assert (again.status_code, again.headers[tus.OFFSET]) == (201, "150")

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_cut_at_every_byte_then_only_whole_chunks_count(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(box: Here) -> None:
        recording, path = await box.create()
        for cut in range(len(DATA)):
            await box.cut_patch(path, 0, DATA, after=cut, checksum=True)
            assert await box.offset(path) == 0
        assert (await box.patch(path, 0, DATA)).status_code == 204
        assert (await box.client.get(path)).status_code == 200
        async with box.console.database.reading() as session:
            row = await session.get(Recording, (BRANCH, recording))
            assert row is not None
            assert row.state == "stored"

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_cut_without_a_checksum_then_it_goes_on_where_it_broke(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(box: Here) -> None:
        _, path = await box.create()
        for step in (1, 2, 3, 5, 8, 13, 21, 34):
            offset = await box.offset(path)
            await box.cut_patch(path, offset, DATA[offset:], after=step, checksum=False)
            assert await box.offset(path) == offset + step
        offset = await box.offset(path)
        assert (await box.patch(path, offset, DATA[offset:])).status_code == 204
        assert (await box.client.get(path)).status_code == 200

    run(sqlite_url, tmp_path, scenario)


def test_chunk_when_it_is_not_what_its_checksum_says_then_460_and_nothing_counts(
    sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(box: Here) -> None:
        _, path = await box.create()
        wrong = await box.patch(path, 0, DATA[:9], **{tus.CHECKSUM: tus.write_checksum(DATA[:8])})
        assert wrong.status_code == 460
        unknown = await box.patch(path, 0, DATA[:9], **{tus.CHECKSUM: "md5 AAAA"})
        assert unknown.status_code == 400
        assert await box.offset(path) == 0

    run(sqlite_url, tmp_path, scenario)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({tus.RESUMABLE: "0.2.2"}, 412),
        ({tus.LENGTH: "-1"}, 400),
        ({tus.LENGTH: "1" * 15}, 400),
        ({tus.LENGTH: "151"}, 400),
        ({tus.METADATA: "recording !"}, 400),
        ({tus.METADATA: tus.write_metadata({"recording": "../../etc/passwd"})}, 400),
        ({tus.METADATA: ""}, 400),
    ],
)
def test_upload_when_its_creation_makes_no_sense_then_it_is_refused(
    headers: dict[str, str], status: int, sqlite_url: str, tmp_path: Path
) -> None:
    async def scenario(box: Here) -> None:
        recording = await box.announcer.announce(box.console, DATA)
        answer = await box.post(recording, 150, **headers)
        assert (answer.status_code, answer.headers[tus.RESUMABLE]) == (status, "1.0.0")

    run(sqlite_url, tmp_path, scenario)


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "%2e%2e", "x" * 300, "%00", "'; DROP TABLE uploads"])
def test_address_when_it_leads_elsewhere_then_there_is_nothing(name: str, sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(box: Here) -> None:
        for method in ("HEAD", "GET", "DELETE", "PATCH"):
            headers = {**CHUNK, tus.OFFSET: "0"}
            answer = await box.client.request(method, f"{paths.UPLOADS}/{name}", headers=headers)
            assert answer.status_code in (400, 404, 405)

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_it_tries_a_trick_then_the_box_is_in_the_audit_log(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(box: Here) -> None:
        assert (await box.post("../../etc/passwd", 5)).status_code == 400
        forged = await box.announcer.announce(box.console, DATA, signature="")
        assert (await box.post(forged, len(DATA))).status_code == 403
        async with box.console.database.reading() as session:
            found = await entries(session, Wanted(branches=Branches(every=True), deed="refused"))
        assert {(one.who, one.branch) for one in found} == {(f"box:{BOX}", BRANCH)}
        assert [one for one in found if "upload:" in one.detail]

    run(sqlite_url, tmp_path, scenario)


def test_chunk_when_it_is_malformed_or_too_large_then_it_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(box: Here) -> None:
        _, path = await box.create()
        cases = [
            ({"Content-Type": "text/plain"}, 400),
            ({tus.OFFSET: "x"}, 400),
            ({tus.OFFSET: "7"}, 409),
        ]
        for headers, status in cases:
            answer = await box.client.patch(path, content=b"x", headers={**CHUNK, tus.OFFSET: "0", **headers})
            assert answer.status_code == status
        assert (await box.patch(path, 0, bytes(tus.MOST_CHUNK_BYTES + 1))).status_code == 413
        assert (await box.patch(path, 0, DATA + b"x")).status_code == 413

    run(sqlite_url, tmp_path, scenario)


def test_upload_when_given_up_then_its_bytes_are_gone(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(box: Here) -> None:
        _, path = await box.create()
        await box.patch(path, 0, DATA[:10])
        assert (await box.client.delete(path, headers=V)).status_code == 204
        assert (await box.client.head(path, headers=V)).status_code == 404
        assert [one for one in (tmp_path / "recordings").rglob("*") if one.is_file()] == []

    run(sqlite_url, tmp_path, scenario)
