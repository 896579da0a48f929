"""Which recording somebody means, as far as they may hear it; and that it was heard.

A recording of a branch that they can't see is no recording: nobody learns which. What is played in pieces (a player
asks for ranges) is one listening as long as the pieces follow within `ONE_LISTENING_S`.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.database.tables import AuditEntry, Recording
from appliance.console.errors import NotFoundError
from appliance.console.people.present import Present, seen
from appliance.console.people.roles import Right
from appliance.console.recordings.errors import GoneError, NotHereError
from appliance.console.uploads.rows import ERASED, STORED

ONE_LISTENING_S = 900.0


async def audible(session: AsyncSession, present: Present, recording: str) -> Recording:
    """Raises NotFoundError, ForbiddenError, GoneError, NotHereError."""
    visible = seen(Recording.branch, present.branches(Right.READ))
    wanted = recording[:200].replace("\0", "")
    row = await session.scalar(select(Recording).where(Recording.recording == wanted, visible))
    if row is None:
        raise NotFoundError(f"there is no recording {recording[:60]!r} that you may see")
    present.must(Right.LISTEN, row.branch)
    if row.state == ERASED:
        raise GoneError(f"recording {row.recording} was erased")
    if row.state != STORED:
        raise NotHereError(f"recording {row.recording} is still on its box; it comes with the next good link")
    return row


async def note_listening(session: AsyncSession, present: Present, row: Recording, wall_s: float, deed: Deed) -> None:
    """In the audit log, once a listening."""
    about = f"recording:{row.recording}"
    lately = await session.scalar(
        select(AuditEntry.seq)
        .where(
            AuditEntry.about == about,
            AuditEntry.who == present.who,
            AuditEntry.deed == deed.value,
            AuditEntry.wall_s > wall_s - ONE_LISTENING_S,
        )
        .limit(1)
    )
    if lately is None:
        await note(
            session,
            deed=deed,
            about=about,
            branch=row.branch,
            detail=f"contact:{row.contact}",
            **present.signature(wall_s),
        )
