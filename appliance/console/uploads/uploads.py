"""Creates, continues and ends uploads of recordings. Any process of the console may take any request of an upload.

Each chunk becomes a file of its own in the store, then counts by one conditional update: of two requests that continue
from the same byte one wins, and a cut before that update costs the chunk, nothing else. Must not know HTTP.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.recordings import MOST_BYTES, UploadDone, signed_text
from appliance.cloud.signing import PublicKey, from_header, verify
from appliance.console.database.engine import Database
from appliance.console.database.tables.recordings import Recording
from appliance.console.database.tables.uploads import Upload, UploadPart
from appliance.console.storing.storage import Storage
from appliance.console.uploads.errors import (
    BusyError,
    CorruptError,
    ErasedError,
    ForgedError,
    MalformedUploadError,
    NotAnnouncedError,
    TooLongError,
    TooManyError,
    UnknownUploadError,
    WrongOffsetError,
)
from appliance.console.uploads.verifying import assemble
from appliance.errors import CloudError

KEPT_S = 30 * 86400.0  # without a request
MOST_OPEN = 64  # of one box
FOLDER = "uploads"
ANNOUNCED, STORED, ERASED = "announced", "stored", "erased"
_UPLOAD = re.compile(r"^[0-9a-f]{32}$")
_RECORDING = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$")  # a UUID; never a way out of a folder


class Uploader(msgspec.Struct, frozen=True, kw_only=True):
    """The box that asks, and the key of its certificate."""

    box: str
    branch: str
    key: PublicKey


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
        facts = await _announced(session, box, recording)
        _require_vouched(box, facts)
        if length != facts.bytes:
            raise MalformedUploadError(f"recording {recording} was announced with {facts.bytes} bytes")
        mine = (Upload.box == box.box, Upload.recording == recording)
        found = await session.scalar(select(Upload).where(*mine).with_for_update())
        if found is None:
            return _progress(await self._new(session, box, facts)), ""
        if found.sha256 == facts.sha256 and found.done == (facts.state == STORED):
            return _progress(found), ""
        await _forget(session, found.upload)  # sealed anew, or the file was lost here
        return _progress(await self._new(session, box, facts)), found.upload

    async def progress(self, box: Uploader, upload: str) -> Progress:
        async with self._database.reading() as session:
            return _progress(await _own(session, box, upload))

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
            row = await _own(session, box, upload)
            facts = await _announced(session, box, row.recording)
            parts = await _parts(session, upload)
        done = UploadDone(recording=row.recording, sha256=row.sha256, bytes=row.length)
        if row.done and facts.state == STORED:
            return done
        if row.received < row.length:
            raise WrongOffsetError(f"the upload stands at byte {row.received} of {row.length}")
        if not _are_all(parts, row.length):  # another request has finished it between two looks of this one
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
            await _own(session, box, upload)
            await _forget(session, upload)
        await self._drop(upload)

    async def expire(self) -> int:
        """Throw away uploads that nobody has gone on with, how many."""
        async with self._database.writing() as session:
            old = list(await session.scalars(select(Upload.upload).where(Upload.touched_s < self._now_s() - KEPT_S)))
            for upload in old:
                await _forget(session, upload)
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
        await _drop_parts(self._storage, upload)


async def drop_upload(database: Database, storage: Storage, upload: str) -> None:
    """Whoever's it is: its recording was erased. Raises StorageError."""
    await _drop_parts(storage, upload)
    async with database.writing() as session:
        await _forget(session, upload)


async def _drop_parts(storage: Storage, upload: str) -> None:
    for name in await storage.names(f"{FOLDER}/{upload}"):
        await storage.delete(name)


def place(box: str, facts: Recording) -> str:
    """The recording's name in the store: another content has another name, so that two requests that finish one upload
    write the same file."""
    return f"recordings/{box}/{facts.recording[:2]}/{facts.recording}.{facts.sha256[:16]}"


async def _announced(session: AsyncSession, box: Uploader, recording: str) -> Recording:
    facts = await session.get(Recording, (box.branch, recording))
    if facts is None or facts.box != box.box:
        raise NotAnnouncedError(f"recording {recording} has not been announced; send its facts first")
    if facts.state == ERASED:
        raise ErasedError(f"recording {recording} was erased")
    return facts


def _require_vouched(box: Uploader, facts: Recording) -> None:
    try:
        text = signed_text(box.box, facts.recording, facts.sha256, facts.bytes)
        verify(box.key, text, from_header(facts.signature))
    except CloudError as error:
        raise ForgedError(f"recording {facts.recording} is not signed by this box; announce it anew") from error


async def _own(session: AsyncSession, box: Uploader, upload: str) -> Upload:
    row = await session.get(Upload, upload) if _UPLOAD.match(upload) else None
    if row is None or row.box != box.box:
        raise UnknownUploadError("there is no such upload")
    return row


async def _parts(session: AsyncSession, upload: str) -> list[UploadPart]:
    query = select(UploadPart).where(UploadPart.upload == upload).order_by(UploadPart.start)
    return list(await session.scalars(query))


def _are_all(parts: Sequence[UploadPart], length: int) -> bool:
    """Whether they follow on each other up to that length."""
    end = 0
    for part in parts:
        if part.start != end:
            return False
        end += part.bytes
    return end == length


async def _forget(session: AsyncSession, upload: str) -> None:
    await session.execute(delete(UploadPart).where(UploadPart.upload == upload))
    await session.execute(delete(Upload).where(Upload.upload == upload))


def _progress(row: Upload) -> Progress:
    return Progress(upload=row.upload, length=row.length, received=row.received, expires_s=row.touched_s + KEPT_S)
