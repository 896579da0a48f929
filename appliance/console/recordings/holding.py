"""Which contacts a legal hold keeps."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import HeldContact, Hold


async def held_contacts(session: AsyncSession, branch: str, contacts: Collection[str]) -> set[str]:
    """Those of `contacts` that a standing hold keeps."""
    if not contacts:
        return set()
    query = (
        select(HeldContact.contact)
        .join(Hold, Hold.hold == HeldContact.hold)
        .where(HeldContact.branch == branch, HeldContact.contact.in_(list(contacts)), Hold.lifted_s.is_(None))
    )
    return set(await session.scalars(query))
