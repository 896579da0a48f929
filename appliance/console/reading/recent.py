"""What branches did lately, counted: for lists of branches, where a whole report would be too much."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import Contact
from appliance.console.people.present import seen
from appliance.console.people.roles import Branches

DAY_S = 86_400.0


class LastDay(msgspec.Struct, frozen=True, kw_only=True):
    """Contacts that ended in the last 24 hours."""

    contacts: int = 0


async def last_day(session: AsyncSession, allowed: Branches, *, now_s: float) -> Mapping[str, LastDay]:
    """By branch; those without a contact are left out."""
    query = (
        select(Contact.branch, func.count())
        .where(seen(Contact.branch, allowed), Contact.counted_s >= now_s - DAY_S)
        .group_by(Contact.branch)
    )
    return {branch: LastDay(contacts=count) for branch, count in await session.execute(query)}
