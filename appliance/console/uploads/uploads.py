"""Creates, continues and ends uploads of recordings. Any process of the console may take any request of an upload.

Each chunk becomes a file of its own in the store, then counts by one conditional update: of two requests that continue
from the same byte one wins, and a cut before that update costs the chunk, nothing else. Must not know HTTP.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.recordings import MOST_BYTES, UploadDone
from appliance.console.database.engine import Database
from appliance.console.database.tables.recordings import Recording
from appliance.console.database.tables.uploads import Upload, UploadPart
from appliance.console.storing.storage import Storage
from appliance.console.uploads.errors import (
    BusyError,
    CorruptError,
    MalformedUploadError,
    TooLongError,
    TooManyError,
    WrongOffsetError,
)
from appliance.console.uploads.rows import (
    ERASED,
    FOLDER,
    STORED,
    Uploader,
    announced,
    are_all,
    drop_parts,
    forget,
    own,
    parts_of,
    place,
    require_vouched,
)
from appliance.console.uploads.verifying import assemble

KEPT_S = 30 * 86400.0  # without a request
MOST_OPEN = 64  # of one box
_RECORDING = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$")  # a UUID; never a way out of a folder


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an upload is; expires_s: wall time after which nobody keeps it."""

    upload: str
    length: int
    received: int
    expires_s: float


class Uploads:
    """Everything raises UploadError or StorageError."""

    def __init__(self, database: Database, storage: Storage, now_s: Callable[[], float]) -> None:
        self._database = database
        self._storage = storage
        self._now_s = now_s

    async def create(self, box: Uploader, *, recording: str, length: int) -> Progress:
        """The upload of that recording, new or as far as it is already."""
        if not _RECORDING.match(recording) or not 0 < length <= MOST_BYTES:
            raise MalformedUploadError("an upload is of one recording, by its id, and has a length")
        try:
            async with self._database.writing() as session:
                progress, replaced = await self._begin(session, box, recording, length)
        except IntegrityError as error:
            raise BusyError(f"an upload of recording {recording} is just being made") from error
        if replaced:
            await self._drop(replaced)
        return progress

    async def _begin(self, session: AsyncSession, box: Uploader, recording: str, length: int) -> tuple[Progress, str]:
        """And the upload that it replaces, "" for none."""
        facts = await announced(session, box, recording, hold=True)
        require_vouched(box, facts)
        if length != facts.bytes:
            raise MalformedUploadError(f"recording {recording} was announced with {facts.bytes} bytes")
        mine = (Upload.box == box.box, Upload.recording == recording)
        found = await session.scalar(select(Upload).where(*mine).with_for_update())
        if found is None:
            return _progress(await self._new(session, box, facts)), ""
        if found.sha256 == facts.sha256 and found.done == (facts.state == STORED):
            return _progress(found), ""
        await forget(session, found.upload)  # sealed anew, or the file was lost here
        return _progress(await self._new(session, box, facts)), found.upload

    async def progress(self, box: Uploader, upload: str) -> Progress:
        async with self._database.reading() as session:
            return _progress(await own(session, box, upload))

    async def append(self, box: Uploader, upload: str, *, offset: int, data: bytes) -> Progress:
        """The next bytes, which are kept for good when this returns."""
        before = await self.progress(box, upload)
        if offset != before.received:
            raise WrongOffsetError(f"the upload stands at byte {before.received}, not at {offset}")
        if offset + len(data) > before.length:
            raise TooLongError(f"the upload has {before.length} bytes; {offset + len(data)} would be too many")
        if not data:
            return before
        name = f"{FOLDER}/{upload}/{offset:012}-{secrets.token_hex(6)}"
        await self._storage.put(name, data)
        try:
            async with self._database.writing() as session:
                await self._count(session, upload, offset, len(data), name)
        except WrongOffsetError:
            await self._storage.delete(name)
            raise
        return msgspec.structs.replace(before, received=offset + len(data), expires_s=self._now_s() + KEPT_S)

    async def finish(self, box: Uploader, upload: str) -> UploadDone:
        """Verified and stored, now or before. Raises WrongOffsetError while bytes are missing, CorruptError where it
        isn't what was announced: then nothing of it is left."""
        async with self._database.reading() as session:
            row = await own(session, box, upload)
            facts = await announced(session, box, row.recording)
            parts = await parts_of(session, upload)
        done = UploadDone(recording=row.recording, sha256=row.sha256, bytes=row.length)
        if row.done and facts.state == STORED:
            return done
        if row.received < row.length:
            raise WrongOffsetError(f"the upload stands at byte {row.received} of {row.length}")
        if not are_all(parts, row.length):  # another request has finished it between two looks of this one
            raise BusyError(f"recording {row.recording} is in other hands just now")
        location = place(box.box, facts)
        if not await assemble(
            self._storage, [part.name for part in parts], location, sha256=row.sha256, length=row.length
        ):
            await self.remove(box, upload)
            raise CorruptError(f"recording {row.recording} is not what was announced; send it again")
        async with self._database.writing() as session:
            kept = await self._note_stored(session, box, row, location)
        if not kept:
            await self._storage.delete(location)
        await self._drop(upload)
        return done

    async def remove(self, box: Uploader, upload: str) -> None:
        """Forget the upload and its bytes; a stored recording stays."""
        async with self._database.writing() as session:
            await own(session, box, upload)
            await forget(session, upload)
        await self._drop(upload)

    async def expire(self) -> int:
        """Throw away uploads that nobody has gone on with, how many."""
        async with self._database.writing() as session:
            old = list(await session.scalars(select(Upload.upload).where(Upload.touched_s < self._now_s() - KEPT_S)))
            for upload in old:
                await forget(session, upload)
        for upload in old:
            await self._drop(upload)
        return len(old)

    async def _new(self, session: AsyncSession, box: Uploader, facts: Recording) -> Upload:
        still = select(func.count()).where(Upload.box == box.box, Upload.done.is_(False))
        if int(await session.scalar(still) or 0) >= MOST_OPEN:
            raise TooManyError(f"{MOST_OPEN} uploads of this box are under way; end one of them first")
        stored = facts.state == STORED
        now_s = self._now_s()
        row = Upload(
            upload=secrets.token_hex(16),
            box=box.box,
            branch=box.branch,
            recording=facts.recording,
            length=facts.bytes,
            sha256=facts.sha256,
            received=facts.bytes if stored else 0,
            created_s=now_s,
            touched_s=now_s,
            done=stored,
        )
        session.add(row)
        await session.flush()
        return row

    async def _count(self, session: AsyncSession, upload: str, offset: int, size: int, name: str) -> None:
        counted = await session.execute(
            update(Upload)
            .where(Upload.upload == upload, Upload.received == offset, Upload.done.is_(False))
            .values(received=offset + size, touched_s=self._now_s())
            .returning(Upload.upload)
        )
        if counted.first() is None:
            raise WrongOffsetError("another request has continued this upload")
        session.add(UploadPart(upload=upload, start=offset, bytes=size, name=name))

    async def _note_stored(self, session: AsyncSession, box: Uploader, row: Upload, location: str) -> bool:
        """Whether the recording is still wanted."""
        stored = await session.execute(
            update(Recording)
            .where(Recording.branch == box.branch, Recording.recording == row.recording, Recording.state != ERASED)
            .values(state=STORED, stored_s=self._now_s(), location=location)
            .returning(Recording.recording)
        )
        await session.execute(update(Upload).where(Upload.upload == row.upload).values(done=True))
        await session.execute(delete(UploadPart).where(UploadPart.upload == row.upload))
        return stored.first() is not None

    async def _drop(self, upload: str) -> None:
        await drop_parts(self._storage, upload)


def _progress(row: Upload) -> Progress:
    return Progress(upload=row.upload, length=row.length, received=row.received, expires_s=row.touched_s + KEPT_S)
