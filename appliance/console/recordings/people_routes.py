"""Recordings by HTTP: the audio (in ranges, for players), the wave form, the sealed file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from time import monotonic
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, FastAPI, Form, Request, Response, UploadFile
from pyrage import x25519

from appliance.console.audit.entries import Deed
from appliance.console.context import Console
from appliance.console.database.tables import Recording, Wave
from appliance.console.database.upserting import insert_missing
from appliance.console.errors import NotFoundError
from appliance.console.people.present import CanListen, Present
from appliance.console.people.refusals import problem
from appliance.console.recordings.errors import RangeError, RecordingError
from appliance.console.recordings.finding import audible, note_listening
from appliance.console.recordings.keys import RecordingKeyError, parse_identities, recording_keys
from appliance.console.recordings.opening import Opener
from appliance.console.recordings.wave import WaveForm, wave_form
from appliance.console.storing.opening import open_storage
from appliance.console.storing.storage import StorageError
from appliance.errors import RecordError

PREFIX = "/api/v1/recordings"
MOST_KEY_BYTES = 20_000
_RANGE = re.compile(r"^bytes=([0-9]{1,15})?-([0-9]{1,15})?$")
_NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_AUDIO: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/flac": {}}, "description": "stereo: customer left, agent right"},
    206: {"content": {"audio/flac": {}}, "description": "the range asked for"},
    404: {"description": "no recording that you may see"},
    409: {"description": "its file is still on the box, or no key is here that opens it"},
    410: {"description": "erased"},
    416: {"description": "no such range"},
}


def install(app: FastAPI, console: Console) -> None:
    room = Recordings(console)
    app.include_router(room.routes())
    app.add_exception_handler(RecordingError, _refused)
    app.add_exception_handler(RecordingKeyError, _unusable_key)
    app.add_exception_handler(StorageError, _unavailable)


class Recordings:
    """The routes, and what they share."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._storage = open_storage(console.settings)
        self._opener = Opener(self._storage, monotonic)

    def routes(self) -> APIRouter:
        router = APIRouter(prefix=PREFIX, tags=["recordings"])
        router.get("/{recording}/audio", responses=_AUDIO, response_class=Response)(self.audio)
        router.post("/{recording}/audio", responses=_AUDIO, response_class=Response)(self.opened_with)
        router.get("/{recording}/wave")(self.wave)
        return router

    async def audio(self, request: Request, present: CanListen, recording: str, download: bool = False) -> Response:
        """The recording to listen to, or to keep (`download`). Each listening is in the audit log."""
        row = await self._row(present, recording)
        return await self._give(request, present, row, self._keys(), download=download)

    async def opened_with(
        self,
        *,
        request: Request,
        present: CanListen,
        recording: str,
        key: Annotated[UploadFile, Form(description="an age key file (AGE-SECRET-KEY-1…); used once, not kept")],
        download: Annotated[bool, Form()] = False,
    ) -> Response:
        """The same for an organisation that keeps its key elsewhere: it is handed in with the request."""
        row = await self._row(present, recording)
        text = (await key.read(MOST_KEY_BYTES)).decode("ascii", errors="replace")
        return await self._give(request, present, row, parse_identities(text), download=download)

    async def wave(self, present: CanListen, recording: str) -> dict[str, Any]:
        """`duration_s`, and peaks of 0 … 100 over it: `customer`, `agent`."""
        row = await self._row(present, recording)
        async with self._console.database.reading() as session:
            kept = await session.get(Wave, (row.branch, row.recording))
        if kept is not None:
            found = msgspec.json.decode(kept.peaks, type=WaveForm)
        else:
            found = await self._made(row)
        shown: dict[str, Any] = msgspec.to_builtins(found)
        return shown

    async def _row(self, present: Present, recording: str) -> Recording:
        async with self._console.database.reading() as session:
            return await audible(session, present, recording)

    async def _made(self, row: Recording) -> WaveForm:
        audio = await self._opener.open(row, self._keys())
        try:
            found = await asyncio.to_thread(wave_form, audio)
        except RecordError as error:
            raise NotFoundError(f"recording {row.recording} has no wave form: {error}") from error
        kept = {"branch": row.branch, "recording": row.recording, "duration_s": found.duration_s}
        async with self._console.database.writing() as session:
            await insert_missing(session, Wave, [{**kept, "peaks": msgspec.json.encode(found).decode()}])
        return found

    async def _give(
        self,
        request: Request,
        present: Present,
        row: Recording,
        identities: Sequence[x25519.Identity],
        *,
        download: bool,
    ) -> Response:
        audio = await self._opener.open(row, identities)
        deed = Deed.DOWNLOADED if download else Deed.LISTENED
        async with self._console.database.writing() as session:
            await note_listening(session, present, row, self._console.now_s(), deed)
        name = f'{"attachment" if download else "inline"}; filename="{row.recording}.flac"'
        return _ranged(request, audio, row.media_type, {**_NO_STORE, "Content-Disposition": name})

    def _keys(self) -> Sequence[x25519.Identity]:
        return recording_keys(self._console.settings.data_dir).identities


def _ranged(request: Request, audio: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """RFC 9110 §14: one range; several, or another unit, give all of it."""
    told = {**headers, "Accept-Ranges": "bytes"}
    found = _RANGE.match(request.headers.get("range", ""))
    kind = media_type if media_type in ("audio/flac", "audio/wav") else "application/octet-stream"
    if found is None or (found[1] is None and found[2] is None):
        return Response(audio, media_type=kind, headers=told)
    start, end = _bounds(found[1], found[2], len(audio))
    told["Content-Range"] = f"bytes {start}-{end - 1}/{len(audio)}"
    return Response(audio[start:end], status_code=206, media_type=kind, headers=told)


def _bounds(first: str | None, last: str | None, length: int) -> tuple[int, int]:
    """Raises RangeError."""
    if first is None:
        start, end = max(0, length - int(last or 0)), length
    else:
        start, end = int(first), length if last is None else min(length, int(last) + 1)
    if start >= end:
        raise RangeError(f"the recording has {length} bytes")
    return start, end


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RecordingError)
    return problem(error.status, error.kind, str(error))


async def _unusable_key(_: Request, error: Exception) -> Response:
    return problem(409, "no_key", str(error))


async def _unavailable(_: Request, error: Exception) -> Response:
    return problem(503, "storage", str(error))
