"""What there is to choose from in forms, of what the asker may see."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import Branch
from appliance.console.people.present import seen
from appliance.console.people.roles import Branches


async def branch_names(session: AsyncSession, allowed: Branches) -> Mapping[str, str]:
    """The names that people gave them, by branch, in their order."""
    found = await session.execute(
        select(Branch.branch, Branch.name).where(seen(Branch.branch, allowed)).order_by(Branch.name)
    )
    return {branch: name for branch, name in found}
