"""What the console holds of a stretch of a box's chain, against what the box says of it."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.chain import Position
from appliance.cloud.reconciling import Statement, Verdict, verdict
from appliance.console.database.tables import Contact, Event, Recording
from appliance.console.ingest.projections.contacts import CONTACT_RECORD
from appliance.console.ingest.taking import head_at, position_of

_THERE = ("stored", "erased")  # an erased recording had come
_AT_ONCE = 500  # ids in one query


async def count(session: AsyncSession, *, box: str, branch: str, stated: Statement) -> Verdict:
    """Of now: recordings may still be on their way."""
    here = await position_of(session, box)
    return verdict(
        stated,
        head=await head_at(session, box, stated.until.seq, here),
        contact_records=await _records(session, box, stated.after, stated.until),
        recordings=await _recordings(session, branch, stated.recordings),
        twice=await _twice(session, box, stated.after, stated.until),
    )


async def _records(session: AsyncSession, box: str, after: Position, until: Position) -> int:
    """Distinct contacts of which a record came in the stretch, and whose record can be looked at."""
    found = (
        select(func.count(func.distinct(Event.contact)))
        .join(Contact, (Contact.branch == Event.branch) & (Contact.contact == Event.contact))
        .where(Event.box == box, Event.seq > after.seq, Event.seq <= until.seq, Event.kind == CONTACT_RECORD)
    )
    return await session.scalar(found) or 0


async def _recordings(session: AsyncSession, branch: str, ids: tuple[str, ...]) -> frozenset[str]:
    found: set[str] = set()
    for start in range(0, len(ids), _AT_ONCE):
        some = select(Recording.recording).where(
            Recording.branch == branch,
            Recording.recording.in_(ids[start : start + _AT_ONCE]),
            Recording.state.in_(_THERE),
        )
        found.update(await session.scalars(some))
    return frozenset(found)


async def _twice(session: AsyncSession, box: str, after: Position, until: Position) -> int:
    """Contacts of the stretch that stand more than once among the organisation's contacts."""
    stretch = select(Event.contact).where(
        Event.box == box, Event.seq > after.seq, Event.seq <= until.seq, Event.kind == CONTACT_RECORD
    )
    several = (
        select(Contact.contact)
        .where(Contact.contact.in_(stretch))
        .group_by(Contact.contact)
        .having(func.count() > 1)
        .subquery()
    )
    return await session.scalar(select(func.count()).select_from(several)) or 0
