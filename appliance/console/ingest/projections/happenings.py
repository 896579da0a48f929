"""Events that no other projection wants: kept with branch, kind and time, to be listed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import Happening
from appliance.console.database.upserting import insert_missing
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import instant_of, name_of, text_of


async def project(session: AsyncSession, sender: Sender, events: Sequence[Arrived], _: float) -> None:
    rows = [
        {
            "box": sender.box,
            "seq": one.seq,
            "branch": sender.branch,
            "kind": name_of(one.event.kind),
            "subject": name_of(one.event.subject),
            "at_s": instant_of(one.time_s),
            "content": text_of(one.event.data),
        }
        for one in events
    ]
    await insert_missing(session, Happening, rows)
