"""Keeps what both sides found about an outage, for people."""

from __future__ import annotations

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.errors import MalformedError
from appliance.cloud.reconciling import Statement, Verdict
from appliance.console.database.tables import OutageNote
from appliance.console.database.upserting import put_rows
from appliance.console.ingest.event_data import name_of
from appliance.console.reconciling.counting import count

MOST_BYTES = 8_000_000


def read_statement(body: bytes) -> Statement:
    """Raises MalformedError."""
    try:
        stated = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(f"no statement: {error}") from error
    if not 0 <= stated.after.seq <= stated.until.seq < 2**62:
        raise MalformedError(f"a statement from {stated.after.seq} to {stated.until.seq}")
    return stated


async def reconcile(session: AsyncSession, *, box: str, branch: str, stated: Statement, now_s: float) -> Verdict:
    """Counts, and keeps statement and verdict with the outage, whose event may still be on its way."""
    found = await count(session, box=box, branch=branch, stated=stated)
    row = {
        "box": box,
        "outage": name_of(stated.outage),
        "branch": branch,
        "began_s": now_s,
        "ended_s": now_s,
        "lasted_s": 0.0,
        "why": "",
        "statement": msgspec.json.encode(stated).decode(),
        "verdict": msgspec.json.encode(found).decode(),
        "agrees": found.agrees,
        "reconciled_s": now_s,
    }
    await put_rows(session, OutageNote, [row], keep=("began_s", "ended_s", "lasted_s", "why"))
    return found


_DECODER = msgspec.json.Decoder(Statement)
