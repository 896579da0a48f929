"""What boxes announce of their recordings. Facts never change once they are told; files come by `console.uploads`."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.recordings import RECORDING, RecordingFacts
from appliance.console.database.tables import Recording
from appliance.console.database.upserting import insert_missing
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import instant_of, name_of, readable


async def project(session: AsyncSession, sender: Sender, events: Sequence[Arrived], _: float) -> None:
    rows = [_row(sender, one, facts) for one, facts in readable(events, RecordingFacts) if _is_sane(facts)]
    await insert_missing(session, Recording, rows)


def _is_sane(facts: RecordingFacts) -> bool:
    return 0 <= facts.bytes < 2**62


def _row(sender: Sender, one: Arrived, facts: RecordingFacts) -> dict[str, object]:
    return {
        "branch": sender.branch,
        "recording": name_of(facts.recording),
        "box": sender.box,
        "seq": one.seq,
        "contact": name_of(facts.contact),
        "kind": name_of(facts.kind),
        "media_type": name_of(facts.media_type),
        "started_s": instant_of(facts.started_s),
        "duration_s": instant_of(facts.duration_s),
        "sealed": facts.sealed,
        "recipients": msgspec.json.encode(facts.recipients).decode(),
        "bytes": facts.bytes,
        "sha256": name_of(facts.sha256),
        "plain_sha256": name_of(facts.plain_sha256),
        "signature": name_of(facts.signature),
        "state": "announced",
        "stored_s": None,
        "location": "",
    }


KINDS = {RECORDING: project}
