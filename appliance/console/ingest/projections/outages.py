"""Times without a link, as boxes tell of them afterwards. What both sides counted comes by `console.reconciling`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.reconciling import OUTAGE, Outage
from appliance.console.database.tables import OutageNote
from appliance.console.database.upserting import put_rows
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import instant_of, name_of, readable


async def project(session: AsyncSession, sender: Sender, events: Sequence[Arrived], _: float) -> None:
    rows = {
        outage.outage: {
            "box": sender.box,
            "outage": name_of(outage.outage),
            "branch": sender.branch,
            "began_s": instant_of(outage.began_s),
            "ended_s": instant_of(outage.ended_s),
            "lasted_s": instant_of(outage.lasted_s),
            "why": name_of(outage.why),
            "statement": "",
            "verdict": "",
        }
        for _one, outage in readable(events, Outage)
    }
    await put_rows(session, OutageNote, list(rows.values()), keep=("statement", "verdict"))


KINDS = {OUTAGE: project}
