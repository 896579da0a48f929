"""Uploads as they lie in the database: found for the box that owns them, their parts, their end.

States of a recording: announced (facts only), stored (verified), erased.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.recordings import signed_text
from appliance.cloud.signing import PublicKey, from_header, verify
from appliance.console.database.engine import Database
from appliance.console.database.tables.recordings import Recording
from appliance.console.database.tables.uploads import Upload, UploadPart
from appliance.console.storing.storage import Storage
from appliance.console.uploads.errors import ErasedError, ForgedError, NotAnnouncedError, UnknownUploadError
from appliance.errors import CloudError

ANNOUNCED, STORED, ERASED = "announced", "stored", "erased"
FOLDER = "uploads"
STORED_FOLDER = "recordings"
_UPLOAD = re.compile(r"^[0-9a-f]{32}$")


class Uploader(msgspec.Struct, frozen=True, kw_only=True):
    """The box that asks, and the key of its certificate."""

    box: str
    branch: str
    key: PublicKey


async def drop_upload(database: Database, storage: Storage, upload: str) -> None:
    """Whoever's it is: its recording was erased. Raises StorageError."""
    await drop_parts(storage, upload)
    async with database.writing() as session:
        await forget(session, upload)


async def drop_parts(storage: Storage, upload: str) -> None:
    for name in await storage.names(f"{FOLDER}/{upload}"):
        await storage.delete(name)


def place(box: str, facts: Recording) -> str:
    """The recording's name in the store: another content has another name, so that two requests that finish one upload
    write the same file."""
    return f"{STORED_FOLDER}/{box}/{facts.recording[:2]}/{facts.recording}.{facts.sha256[:16]}"


async def announced(session: AsyncSession, box: Uploader, recording: str, *, hold: bool = False) -> Recording:
    """hold: nobody else (`orphans`) decides about it until the transaction ends."""
    facts = await session.get(Recording, (box.branch, recording), with_for_update=hold or None)
    if facts is None or facts.box != box.box:
        raise NotAnnouncedError(f"recording {recording} has not been announced; send its facts first")
    if facts.state == ERASED:
        raise ErasedError(f"recording {recording} was erased")
    return facts


def require_vouched(box: Uploader, facts: Recording) -> None:
    try:
        text = signed_text(box.box, facts.recording, facts.sha256, facts.bytes)
        verify(box.key, text, from_header(facts.signature))
    except CloudError as error:
        raise ForgedError(f"recording {facts.recording} is not signed by this box; announce it anew") from error


async def own(session: AsyncSession, box: Uploader, upload: str) -> Upload:
    row = await session.get(Upload, upload) if _UPLOAD.match(upload) else None
    if row is None or row.box != box.box:
        raise UnknownUploadError("there is no such upload")
    return row


async def parts_of(session: AsyncSession, upload: str) -> list[UploadPart]:
    query = select(UploadPart).where(UploadPart.upload == upload).order_by(UploadPart.start)
    return list(await session.scalars(query))


def are_all(parts: Sequence[UploadPart], length: int) -> bool:
    """Whether they follow on each other up to that length."""
    end = 0
    for part in parts:
        if part.start != end:
            return False
        end += part.bytes
    return end == length


async def forget(session: AsyncSession, upload: str) -> None:
    await session.execute(delete(UploadPart).where(UploadPart.upload == upload))
    await session.execute(delete(Upload).where(Upload.upload == upload))
