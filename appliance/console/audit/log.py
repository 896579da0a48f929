"""Writes the audit log and reads it. `note` goes into the caller's own transaction: the deed and its entry, or neither.

    await note(session, wall_s=console.now_s(), who=present.who, deed=Deed.LISTENED, about=f"recording:{recording}",
               branch=branch, address=present.address)

Call it last in a transaction: from then to the commit nobody else can append.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import msgspec
from sqlalchemy import insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.audit.entries import GENESIS, Deed, Entry, first_broken, following, shortened
from appliance.console.database.tables import AuditEntry, AuditHead
from appliance.console.people.roles import Branches

_PIECE = 1000
_LONGEST_NAME = 200


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries: those of `branches` that fit every field that isn't empty; before: with a smaller number."""

    branches: Branches
    who: str = ""
    deed: str = ""
    about: str = ""
    branch: str = ""
    before: int = 0
    limit: int = 100


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """head: the hash after the last entry, to be kept elsewhere; broken: the first entry that isn't as it was
    written, None: all are."""

    entries: int
    head: str
    broken: int | None


async def note(
    session: AsyncSession,
    *,
    wall_s: float,
    who: str,
    deed: Deed,
    about: str = "",
    branch: str = "",
    detail: str = "",
    address: str = "",
) -> None:
    """Append an entry. who: `person:<name>`, `token:<id>`, `box:<id>`, `console`; never a customer's number."""
    locked = update(AuditHead).where(AuditHead.id == 1).values(seq=AuditHead.seq + 1)
    seq, head = (await session.execute(locked.returning(AuditHead.seq, AuditHead.hash))).one()
    entry = Entry(
        seq=seq,
        wall_s=wall_s,
        who=shortened(who)[:_LONGEST_NAME],
        deed=deed.value,
        about=shortened(about),
        branch=shortened(branch)[:_LONGEST_NAME],
        detail=shortened(detail),
        address=shortened(address)[:_LONGEST_NAME],
    )
    after = following(head, entry)
    await session.execute(insert(AuditEntry).values(**msgspec.structs.asdict(entry), hash=after))
    await session.execute(update(AuditHead).where(AuditHead.id == 1).values(hash=after))


async def entries(session: AsyncSession, wanted: Wanted) -> list[Entry]:
    """The newest first. Who has the right at some branches only doesn't see those of the whole organisation."""
    equal = {
        AuditEntry.who: wanted.who,
        AuditEntry.deed: wanted.deed,
        AuditEntry.about: wanted.about,
        AuditEntry.branch: wanted.branch,
    }
    query = select(AuditEntry).where(*(column == value for column, value in equal.items() if value))
    query = query.where(true() if wanted.branches.every else AuditEntry.branch.in_(wanted.branches.some))
    if wanted.before:
        query = query.where(AuditEntry.seq < wanted.before)
    rows = await session.scalars(query.order_by(AuditEntry.seq.desc()).limit(wanted.limit))
    return [_entry(row) for row in rows]


async def health(session: AsyncSession) -> Health:
    """Reads the whole log and follows its chain."""
    head = (await session.execute(select(AuditHead).where(AuditHead.id == 1))).scalar_one()
    before, count = GENESIS, 0
    async for piece in _pieces(session):
        broken = first_broken(before, piece) if piece[0][0].seq == count + 1 else count + 1
        if broken is not None:
            return Health(entries=head.seq, head=head.hash, broken=broken)
        before, count = piece[-1][1], count + len(piece)
    whole = (count, before) == (head.seq, head.hash)
    return Health(entries=head.seq, head=head.hash, broken=None if whole else count + 1)


async def _pieces(session: AsyncSession) -> AsyncIterator[list[tuple[Entry, str]]]:
    after = 0
    while True:
        query = select(AuditEntry).where(AuditEntry.seq > after).order_by(AuditEntry.seq).limit(_PIECE)
        piece = _with_hashes((await session.scalars(query)).all())
        if not piece:
            return
        yield piece
        after = piece[-1][0].seq
        session.expunge_all()


def _with_hashes(rows: Iterable[AuditEntry]) -> list[tuple[Entry, str]]:
    return [(_entry(row), row.hash) for row in rows]


def _entry(row: AuditEntry) -> Entry:
    return Entry(
        seq=row.seq,
        wall_s=row.wall_s,
        who=row.who,
        deed=row.deed,
        about=row.about,
        branch=row.branch,
        detail=row.detail,
        address=row.address,
    )
