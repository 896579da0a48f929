"""The branches that a form offers: every one, and each by its name."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import Branch
from appliance.console.people.roles import EVERY_BRANCH

PRINTABLE = r"^[^\x00-\x1f\x7f]*$"  # what a person can type into a field; a database takes no NUL


async def places(session: AsyncSession) -> list[tuple[str, str]]:
    """(key, name), by name; the first is every branch, which has no name."""
    rows = await session.execute(select(Branch.branch, Branch.name).order_by(Branch.name))
    return [(EVERY_BRANCH, ""), *((branch, name) for branch, name in rows)]


def printable(text: str) -> str:
    """Without what no field would take."""
    return "".join(letter for letter in text if letter.isprintable())
