"""Takes a customer's number out of what belongs to no contact: calls that are owed, names in directories.

That a number must not be called (do-not-call) stays: it is the customer's own wish.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import Event, Happening, InventoryEntry
from appliance.console.erasing.contacts import scrubbed_event
from appliance.records.scrubbing import without_words

ERRAND, DIRECTORY = "errand", "directory"


async def erase_number(session: AsyncSession, branches: Sequence[str], customer: str, *, now_s: float) -> None:
    """customer: E.164. Doing it again finds what came meanwhile."""
    words = frozenset({customer})
    of_kind = (Event.branch.in_(branches), Event.kind.in_((ERRAND, DIRECTORY)), Event.erased_s.is_(None))
    for event in await session.scalars(select(Event).where(*of_kind)):
        if customer.encode() in event.body:
            event.body, event.erased_s = scrubbed_event(event.body, words), now_s
    owed = (InventoryEntry.branch.in_(branches), InventoryEntry.kind == ERRAND)
    named = InventoryEntry.content.contains(customer, autoescape=True)
    await session.execute(delete(InventoryEntry).where(*owed, named))
    told = (Happening.branch.in_(branches), Happening.kind == DIRECTORY)
    for row in await session.scalars(
        select(Happening).where(*told, Happening.content.contains(customer, autoescape=True))
    ):
        row.content = msgspec.json.encode(without_words(msgspec.json.decode(row.content), words)).decode()
