"""Carries retention out: piece by piece, each in a transaction with its entry in the audit log.

Any number of processes may do it: who carries a branch's out has its row. Files go by `erasing.background`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from sqlalchemy import Select, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud import envelope
from appliance.cloud.errors import MalformedError
from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.context import Console
from appliance.console.database.tables import Event, Recording, Wave
from appliance.console.erasing.contacts import erase_contact
from appliance.console.notices import Topic
from appliance.console.people.roles import Branches
from appliance.console.retention import overdue
from appliance.console.retention.policies import ABOUT, Days, locked, policies
from appliance.console.uploads.rows import ERASED

DAY_S = 86_400.0
AT_ONCE = 100
PAUSE_S = 0.05  # in which others write
_NOTHING = msgspec.Raw(b"{}")
_UNREADABLE = b'{"data":{}}'


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """How many went, or would go."""

    contacts: int = 0
    recordings: int = 0
    events: int = 0

    def __bool__(self) -> bool:
        return bool(self.contacts or self.recordings or self.events)

    def __add__(self, other: Gone) -> Gone:
        return Gone(
            contacts=self.contacts + other.contacts,
            recordings=self.recordings + other.recordings,
            events=self.events + other.events,
        )

    def __str__(self) -> str:
        return f"{self.contacts} contacts, {self.recordings} recordings, {self.events} events"


async def would_go(session: AsyncSession, branch: str, days: Days, *, now_s: float) -> Gone:
    """If that were said of the branch, at the next look."""
    counted = {"contacts": 0, "recordings": 0, "events": 0}
    if days.contacts:
        counted["contacts"] = await _count(session, overdue.contacts(branch, now_s - days.contacts * DAY_S))
    if days.recordings:
        counted["recordings"] = await _count(session, overdue.recordings(branch, now_s - days.recordings * DAY_S))
    if days.events:
        asked = [overdue.told(table, at_s, branch, now_s - days.events * DAY_S) for table, at_s in overdue.TOLD]
        counted["events"] = sum([await _count(session, query) for query in asked])
    return Gone(**counted)


async def sweep(console: Console) -> Gone:
    """Every branch, until nothing is overdue."""
    async with console.database.reading() as session:
        branches = list(await policies(session, Branches(every=True)))
    gone = Gone()
    for branch in branches:
        while piece := await _piece(console, branch):
            gone += piece
            await asyncio.sleep(PAUSE_S)
    return gone


async def _piece(console: Console, branch: str) -> Gone:
    async with console.database.writing() as session:
        days, now_s = await locked(session, branch), console.now_s()
        gone = await _erase(session, branch, days, now_s)
        if gone:
            deed = Deed.RETENTION_DONE
            await note(session, wall_s=now_s, who="console", deed=deed, about=ABOUT, branch=branch, detail=str(gone))
    if gone:
        for topic in (Topic.RECORDINGS, Topic.CONTACTS):
            console.notices.tell(topic, branch)
    return gone


async def _erase(session: AsyncSession, branch: str, days: Days, now_s: float) -> Gone:
    contacts = recordings = events = 0
    if days.contacts:
        contacts = await _contacts(session, branch, now_s - days.contacts * DAY_S, now_s)
    if days.recordings:
        recordings = await _recordings(session, branch, now_s - days.recordings * DAY_S)
    if days.events:
        events = await _events(session, branch, now_s - days.events * DAY_S, now_s)
    return Gone(contacts=contacts, recordings=recordings, events=events)


async def _contacts(session: AsyncSession, branch: str, before_s: float, now_s: float) -> int:
    found = list(await session.scalars(overdue.contacts(branch, before_s).limit(AT_ONCE)))
    for contact in found:
        await erase_contact(session, branch, contact, now_s=now_s)
    await session.flush()
    return len(found)


async def _recordings(session: AsyncSession, branch: str, before_s: float) -> int:
    found = list(await session.scalars(overdue.recordings(branch, before_s).limit(AT_ONCE)))
    those = (Recording.branch == branch, Recording.recording.in_(found))
    await session.execute(update(Recording).where(*those).values(state=ERASED))
    await session.execute(delete(Wave).where(Wave.branch == branch, Wave.recording.in_(found)))
    return len(found)


async def _events(session: AsyncSession, branch: str, before_s: float, now_s: float) -> int:
    gone = 0
    for table, at_s in overdue.TOLD:
        rows = await session.execute(overdue.told(table, at_s, branch, before_s).limit(AT_ONCE))
        keys = [(box, seq) for box, seq in rows]
        await _empty(session, keys, now_s)
        await session.execute(delete(table).where(tuple_(table.box, table.seq).in_(keys)))
        gone += len(keys)
    return gone


async def _empty(session: AsyncSession, keys: Sequence[tuple[str, int]], now_s: float) -> None:
    """Number, kind and digests stay, so that the chain can still be followed."""
    for event in await session.scalars(select(Event).where(tuple_(Event.box, Event.seq).in_(keys))):
        event.body, event.erased_s = _emptied(event.body), event.erased_s or now_s
    await session.flush()


def _emptied(body: bytes) -> bytes:
    try:
        return msgspec.json.encode(msgspec.structs.replace(envelope.decode(body), data=_NOTHING))
    except MalformedError:
        return _UNREADABLE


async def _count(session: AsyncSession, query: Select[str] | Select[str, int]) -> int:
    return await session.scalar(select(func.count()).select_from(query.subquery())) or 0
