"""Goes through stored events once more: what an older console couldn't read is projected by the newer one.

Only `ingest.projections` are asked, whose tables follow from the events alone; each takes an event that it has had for
none. Orders, webhooks and the like are not told anything a second time.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from appliance.cloud import envelope
from appliance.console.context import Console
from appliance.console.database.tables import Box, Event
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.projecting import project_by, projectors_of

OWN = "appliance.console.ingest.projections."
AT_ONCE = 1000


async def project_again(console: Console) -> int:
    """Every event of every box, a thousand a transaction; returns how many."""
    async with console.database.reading() as session:
        boxes = [(row.box, row.branch) for row in await session.scalars(select(Box).order_by(Box.enrolled_s))]
    return sum([await _of_box(console, box, branch) for box, branch in boxes])


async def _of_box(console: Console, box: str, branch: str) -> int:
    sender = Sender(box=box, branch=branch)
    asked = projectors_of(OWN)
    done = 0
    while events := await _next(console, box, done):
        async with console.database.writing() as session:
            await project_by(asked, session, sender, events, now_s=console.now_s())
        done = events[-1].seq
    return done


async def _next(console: Console, box: str, after: int) -> Sequence[Arrived]:
    """Those whose personal data was erased are left as they are."""
    async with console.database.reading() as session:
        wanted = select(Event).where(Event.box == box, Event.seq > after).order_by(Event.seq).limit(AT_ONCE)
        return [_arrived(row) for row in await session.scalars(wanted)]


def _arrived(row: Event) -> Arrived:
    return Arrived(
        seq=row.seq,
        raw=row.body,
        event=envelope.decode(row.body),
        digest=row.digest,
        head=row.head,
        time_s=row.time_s,
    )
