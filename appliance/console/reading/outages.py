"""Times without a link, with what both sides found; and what else boxes reported."""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.reconciling import Statement, Verdict, sentence
from appliance.console.database.tables import Happening, OutageNote
from appliance.console.people.present import seen
from appliance.console.people.roles import Branches
from appliance.console.reading.documents import HappeningSummary, OutageSummary
from appliance.console.reconciling.counting import count

MOST = 500


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """A time without a link that is over, by the console's clock in seconds."""

    branch: str
    began_s: float
    ended_s: float


async def outages(session: AsyncSession, allowed: Branches, *, limit: int = 100) -> list[OutageSummary]:
    """The newest first. Where something was missing it is counted again: recordings come later than their facts."""
    found = await session.scalars(
        select(OutageNote)
        .where(seen(OutageNote.branch, allowed))
        .order_by(OutageNote.began_s.desc(), OutageNote.outage)
        .limit(max(1, min(limit, MOST)))
    )
    return [_summary(note, await _verdict(session, note)) for note in found]


async def cuts(session: AsyncSession, allowed: Branches, *, since_s: float) -> list[Cut]:
    """All that ended after `since_s`, however many."""
    found = await session.execute(
        select(OutageNote.branch, OutageNote.began_s, OutageNote.ended_s)
        .where(seen(OutageNote.branch, allowed), OutageNote.ended_s > since_s)
        .order_by(OutageNote.began_s)
    )
    return [Cut(branch=branch, began_s=began_s, ended_s=ended_s) for branch, began_s, ended_s in found]


async def happenings(
    session: AsyncSession, allowed: Branches, *, kind: str = "", limit: int = 100
) -> list[HappeningSummary]:
    """The newest first."""
    wanted = select(Happening).where(seen(Happening.branch, allowed))
    if kind:
        wanted = wanted.where(Happening.kind == kind)
    found = await session.scalars(
        wanted.order_by(Happening.at_s.desc(), Happening.box, Happening.seq.desc()).limit(max(1, min(limit, MOST)))
    )
    return [
        HappeningSummary(
            branch=row.branch,
            box=row.box,
            kind=row.kind,
            subject=row.subject,
            at_s=row.at_s,
            content=msgspec.json.decode(row.content),
        )
        for row in found
    ]


async def _verdict(session: AsyncSession, note: OutageNote) -> Verdict | None:
    if not note.statement:
        return None
    if note.agrees:
        return msgspec.json.decode(note.verdict, type=Verdict)
    stated = msgspec.json.decode(note.statement, type=Statement)
    return await count(session, box=note.box, branch=note.branch, stated=stated)


def _summary(note: OutageNote, verdict: Verdict | None) -> OutageSummary:
    return OutageSummary(
        branch=note.branch,
        box=note.box,
        outage=note.outage,
        began_s=note.began_s,
        ended_s=note.ended_s,
        lasted_s=note.lasted_s,
        why=note.why,
        agrees=None if verdict is None else verdict.agrees,
        sentence="" if verdict is None else sentence(verdict),
        contact_records=verdict.contact_records if verdict else 0,
        recordings=verdict.recordings if verdict else 0,
        missing=verdict.missing_records + len(verdict.missing_recordings) if verdict else 0,
        twice=verdict.twice if verdict else 0,
        same_head=verdict is not None and verdict.same_head,
        missing_recordings=list(verdict.missing_recordings) if verdict else [],
        reconciled_s=note.reconciled_s,
    )
