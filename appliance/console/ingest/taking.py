"""Does a batch follow on what is there? Then its new events are stored; what is there already is no fault.

Everything happens in the caller's transaction with the box's chain row locked, so that two requests of one box can't
pass each other. Must not look into the events.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud import chain, signing
from appliance.cloud.chain import Position
from appliance.cloud.delivery import Disagreement
from appliance.console.database.tables import Chain, Event, SignedHead
from appliance.console.database.upserting import insert_missing, put_rows
from appliance.console.ingest.arriving import Arrived, Batch, Sender


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """fresh: the events that weren't there; disagreement: why nothing was taken, None if all is well."""

    position: Position
    fresh: tuple[Arrived, ...] = ()
    disagreement: Disagreement | None = None


async def position_of(session: AsyncSession, box: str) -> Position:
    """How far the box has been heard."""
    found = await session.get(Chain, box)
    return chain.genesis(box) if found is None else _position(found)


async def take(session: AsyncSession, sender: Sender, batch: Batch, *, now_s: float) -> Outcome:
    """The new events still have to be stored (`ingest.storing`) and projected in the same transaction."""
    row = await _locked(session, sender.box, now_s)
    here = _position(row)
    if batch.after.seq > here.seq:
        return Outcome(position=here, disagreement=Disagreement.GAP)
    if not await _agrees(session, sender.box, batch, here):
        row.forked_s, row.forked_at = now_s, min(batch.until.seq, here.seq)
        return Outcome(position=here, disagreement=Disagreement.FORK)
    fresh = tuple(one for one in batch.events if one.seq > here.seq)
    if fresh:
        row.seq, row.head, row.stored_s = fresh[-1].seq, fresh[-1].head, now_s
        await _keep_evidence(session, sender, batch, now_s)
    return Outcome(position=_position(row), fresh=fresh)


async def _locked(session: AsyncSession, box: str, now_s: float) -> Chain:
    start = chain.genesis(box)
    row = {"box": box, "seq": 0, "head": bytes.fromhex(start.head), "stored_s": now_s}
    await insert_missing(session, Chain, [row])
    return (await session.scalars(select(Chain).where(Chain.box == box).with_for_update())).one()


async def _agrees(session: AsyncSession, box: str, batch: Batch, here: Position) -> bool:
    """Whether both have the same head where the batch begins, and where the shorter of the two ends."""
    if batch.after.head != await head_at(session, box, batch.after.seq, here):
        return False
    overlap = [one for one in batch.events if one.seq <= here.seq]
    return not overlap or overlap[-1].head.hex() == await head_at(session, box, overlap[-1].seq, here)


async def head_at(session: AsyncSession, box: str, seq: int, here: Position) -> str:
    """The head after event `seq`, "" where there is none."""
    if seq == 0:
        return chain.genesis(box).head
    if seq == here.seq:
        return here.head
    found = await session.scalar(select(Event.head).where(Event.box == box, Event.seq == seq))
    return "" if found is None else found.hex()


async def _keep_evidence(session: AsyncSession, sender: Sender, batch: Batch, now_s: float) -> None:
    assert sender.key is not None
    row = {
        "box": sender.box,
        "day": datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m-%d"),
        "seq": batch.until.seq,
        "head": bytes.fromhex(batch.until.head),
        "signature": batch.signature,
        "key": signing.key_id(sender.key),
        "received_s": now_s,
    }
    await put_rows(session, SignedHead, [row])


def _position(row: Chain) -> Position:
    return Position(seq=row.seq, head=row.head.hex())
