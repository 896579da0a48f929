"""Sweeps files of the store that no row points to: parts of uploads that were given up, recordings that nobody has.

Such a file is left when the console dies between file and row, or when a store wouldn't delete. Never goes: what a row
points to, what is young, what an upload is about to finish, what the console can't have written itself. Where most of
the recordings seem to be nobody's, none goes: the database is an old copy, or the store another console's.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.engine import Database
from appliance.console.database.tables.branches import Box
from appliance.console.database.tables.recordings import Recording
from appliance.console.database.tables.uploads import Upload, UploadPart
from appliance.console.storing.storage import Storage, StoredFile
from appliance.console.uploads.rows import FOLDER, STORED_FOLDER

logger = logging.getLogger(__name__)
PART_AGE_S = 7 * 86400.0  # its row follows within seconds
RECORDING_AGE_S = 30 * 86400.0
FEW = 20  # recordings that may be nobody's in any store
MOST = 10_000  # recordings of one sweep; the others next time
_STORED = re.compile(rf"^{STORED_FOLDER}/(?P<box>[^/]+)/[^/]+/(?P<recording>[^/]+)\.[0-9a-f]{{16}}$")  # `rows.place`


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """Files that went. parts: of uploads; torn: never finished by the store; kept: recordings that seem to be nobody's,
    of which there are too many to be true."""

    parts: int = 0
    recordings: int = 0
    torn: int = 0
    kept: int = 0


class Orphans:
    """Any number of processes may sweep at a time."""

    def __init__(self, database: Database, storage: Storage, now_s: Callable[[], float]) -> None:
        self._database = database
        self._storage = storage
        self._now_s = now_s

    async def sweep(self) -> Swept:
        """Raises StorageError, UnavailableError; then the rest goes next time."""
        parts = await self._sweep_parts()
        recordings, kept = await self._sweep_recordings()
        torn = await self._storage.tidy(FOLDER, before_s=self._now_s() - PART_AGE_S)
        torn += await self._storage.tidy(STORED_FOLDER, before_s=self._now_s() - RECORDING_AGE_S)
        return Swept(parts=parts, recordings=recordings, torn=torn, kept=kept)

    async def _sweep_parts(self) -> int:
        """A part's name is never used again, so nobody can want it between look and deed."""
        gone = 0
        async for page in self._old(FOLDER, PART_AGE_S):
            query = select(UploadPart.name).where(UploadPart.name.in_(page.old))
            async with self._database.reading() as session:
                known = set(await session.scalars(query))
            for name in page.old:
                if name not in known:
                    await self._storage.delete(name)
                    gone += 1
        return gone

    async def _sweep_recordings(self) -> tuple[int, int]:
        """How many went, and how many stay although they seem to be nobody's."""
        seen, strange = 0, list[str]()
        async for page in self._old(STORED_FOLDER, RECORDING_AGE_S):
            seen += page.files
            async with self._database.reading() as session:
                strange += await _without_row(session, page.old)
        if len(strange) > max(FEW, seen / 2):
            logger.error(
                "%d of %d files in the store of recordings are in no row of this database; none is swept: is the "
                "database an old copy, or the store another console's?", len(strange), seen,
            )  # fmt: skip
            return 0, len(strange)
        gone = [name for name in strange[:MOST] if await self._remove(name)]
        return len(gone), 0

    async def _old(self, folder: str, age_s: float) -> AsyncIterator[_Page]:
        before_s = self._now_s() - age_s
        async for files in self._storage.pages(folder):
            yield _Page(files=len(files), old=_names(files, before_s))

    async def _remove(self, name: str) -> bool:
        """Looked at once more, while nobody else can begin an upload of it."""
        found = _STORED.match(name)
        if found is None:
            return False
        about = (Recording.box == found["box"], Recording.recording == found["recording"])
        begun = (Upload.box == found["box"], Upload.recording == found["recording"], Upload.done.is_(False))
        async with self._database.writing() as session:
            await session.execute(select(Recording.recording).where(*about).with_for_update())
            wanted = await session.scalar(select(Recording.recording).where(Recording.location == name).limit(1))
            wanted = wanted or await session.scalar(select(Upload.upload).where(*begun).limit(1))
            if wanted is None:
                await self._storage.delete(name)
        if wanted is None:
            logger.warning("a file of the store that no recording has was swept: %s", name)
        return wanted is None


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    files: int
    old: list[str]


def _names(files: Sequence[StoredFile], before_s: float) -> list[str]:
    return [file.name for file in files if file.changed_s < before_s]


async def _without_row(session: AsyncSession, names: Sequence[str]) -> list[str]:
    """Those of our making that no recording of their box's branch has."""
    own = {name: found for name in names if (found := _STORED.match(name)) is not None}
    branches = select(Box.branch).where(Box.box.in_({found["box"] for found in own.values()}))
    recordings = {found["recording"] for found in own.values()}
    query = select(Recording.location).where(Recording.branch.in_(branches), Recording.recording.in_(recordings))
    known = set(await session.scalars(query)) if own else set()
    return [name for name in own if name not in known]
