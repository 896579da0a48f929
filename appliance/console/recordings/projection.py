"""What boxes tell of recordings after they have announced them: signed anew, sealed anew, erased on the box.

The first announcement is `ingest.projections.recordings`'. A stored recording's facts don't change. Files of what was
erased go by `erasing`, outside this transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.recordings import RECORDING, RECORDING_ERASED, RecordingFacts
from appliance.console.database.tables import Recording, Wave
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import name_of, readable
from appliance.console.recordings.holding import held_contacts
from appliance.console.uploads.rows import ANNOUNCED, ERASED


class ErasedOnBox(msgspec.Struct, frozen=True, kw_only=True):
    """`cloud.recordings.RECORDING_ERASED`."""

    recording: str
    contact: str
    why: str


async def announce_anew(session: AsyncSession, sender: Sender, events: Sequence[Arrived], _: float) -> None:
    """The same recording once more: what has not arrived yet is expected as it was told last."""
    for one, facts in readable(events, RecordingFacts):
        await session.execute(
            update(Recording)
            .where(
                Recording.branch == sender.branch,
                Recording.recording == name_of(facts.recording),
                Recording.box == sender.box,
                Recording.state == ANNOUNCED,
                Recording.seq < one.seq,
            )
            .values(
                seq=one.seq,
                bytes=facts.bytes,
                sha256=name_of(facts.sha256),
                signature=name_of(facts.signature),
                recipients=msgspec.json.encode(facts.recipients).decode(),
            )
        )


async def erase(session: AsyncSession, sender: Sender, events: Sequence[Arrived], _: float) -> None:
    """A message was deleted, a limit was reached, a request carried out: gone here too, unless a hold stands here."""
    told = [said for _, said in readable(events, ErasedOnBox)]
    held = await held_contacts(session, sender.branch, {name_of(said.contact) for said in told})
    for said in told:
        if said.contact not in held:
            key = (Recording.branch == sender.branch, Recording.recording == name_of(said.recording))
            await session.execute(update(Recording).where(*key, Recording.box == sender.box).values(state=ERASED))
            waves = (Wave.branch == sender.branch, Wave.recording == name_of(said.recording))
            await session.execute(delete(Wave).where(*waves))


KINDS = {RECORDING: announce_anew, RECORDING_ERASED: erase}
