"""Metrics of a moment, as boxes note them; one that was long without a link may have thinned them out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.noted import METRICS, MetricSnapshot
from appliance.console.database.tables import MetricSnapshot as SnapshotRow
from appliance.console.database.upserting import insert_missing
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import instant_of, readable, text_of


async def project(session: AsyncSession, sender: Sender, events: Sequence[Arrived], _: float) -> None:
    rows = [
        {
            "box": sender.box,
            "seq": one.seq,
            "branch": sender.branch,
            "at_s": instant_of(snapshot.at.wall_s),
            "content": text_of(one.event.data),
        }
        for one, snapshot in readable(events, MetricSnapshot)
    ]
    await insert_missing(session, SnapshotRow, rows)


KINDS = {METRICS: project}
