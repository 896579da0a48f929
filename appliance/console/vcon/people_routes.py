"""vCons by HTTP: one contact, with its audio for people who may listen to it."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

import msgspec
from fastapi import APIRouter, FastAPI, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.context import Console
from appliance.console.database.tables import Contact, Recording
from appliance.console.errors import NotFoundError
from appliance.console.people.present import CanRead, Present, seen
from appliance.console.people.roles import Right
from appliance.console.recordings.keys import recording_keys
from appliance.console.recordings.memory import in_memory
from appliance.console.recordings.opening import Opener
from appliance.console.storing.opening import open_storage
from appliance.console.uploads.rows import STORED
from appliance.console.vcon.checking import checked
from appliance.records.as_wav import as_wav
from appliance.records.vcon import MEDIA_TYPE, Audio, vcon_of

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {}}, "description": "the vCon"},
    403: {"description": "the audio was asked for without the right to listen"},
    404: {"description": "no contact that you may see"},
    409: {"description": "no key is here that opens its recordings"},
}


def install(app: FastAPI, console: Console) -> None:
    app.include_router(Export(console).routes())


class Export:
    """The route, and what it needs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._opener = Opener(open_storage(console.settings), monotonic)

    def routes(self) -> APIRouter:
        router = APIRouter(prefix="/api/v1", tags=["contacts"])
        router.get("/contacts/{contact}/vcon", responses=_ANSWERS, response_class=Response)(self.export)
        return router

    async def export(self, present: CanRead, contact: str, audio: bool = False) -> Response:
        """The contact as a vCon 0.0.1: parties, the contact record, and with `audio` its recordings as WAV. Audited."""
        async with self._console.database.reading() as session:
            row = await _contact(session, present, contact)
            recordings = await _recordings(session, row) if audio else []
        if audio:
            present.must(Right.LISTEN, row.branch)
        sounds = [await self._audio(one) for one in recordings]
        now_s = self._console.now_s()
        text = checked(vcon_of(msgspec.json.decode(row.record), sounds, created_s=now_s))
        async with self._console.database.writing() as session:
            detail = f"vcon, {len(sounds)} recordings"
            signed = present.signature(now_s)
            await note(
                session, deed=Deed.EXPORTED, about=f"contact:{row.contact}", branch=row.branch, detail=detail, **signed
            )
        name = f'attachment; filename="{row.contact}.vcon.json"'
        headers = {"Cache-Control": "no-store", "Content-Disposition": name}
        return Response(text, media_type=MEDIA_TYPE, headers=headers)

    async def _audio(self, row: Recording) -> Audio:
        keys = recording_keys(self._console.settings.data_dir)
        flac = await self._opener.open(row, keys.identities)
        wav = await asyncio.to_thread(_as_wav, flac)
        return Audio(recording=row.recording, started_s=row.started_s, duration_s=row.duration_s, wav=wav)


def _as_wav(flac: bytes) -> bytes:
    with in_memory(flac) as path:
        return as_wav(path)


async def _contact(session: AsyncSession, present: Present, contact: str) -> Contact:
    query = select(Contact).where(
        Contact.contact == contact[:200].replace("\0", ""), seen(Contact.branch, present.branches(Right.READ))
    )
    row = (await session.scalars(query.order_by(Contact.branch))).first()
    if row is None:
        raise NotFoundError(f"there is no contact {contact[:60]!r} that you may see")
    return row


async def _recordings(session: AsyncSession, row: Contact) -> list[Recording]:
    of_it = (Recording.branch == row.branch, Recording.contact == row.contact, Recording.state == STORED)
    return list(await session.scalars(select(Recording).where(*of_it).order_by(Recording.started_s)))
