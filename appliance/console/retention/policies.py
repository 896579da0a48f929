"""What admins have said of each branch: kept in the database, every change audited."""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.database.tables import Branch, Retention
from appliance.console.database.upserting import put_rows
from appliance.console.errors import NotFoundError
from appliance.console.people.present import Signature, seen
from appliance.console.people.roles import Branches

LONGEST_DAYS = 36_500
ABOUT = "retention"


class Days(msgspec.Struct, frozen=True, kw_only=True):
    """How many are kept; 0: for ever. contacts: number, names, words and recordings of a contact (that there was one,
    and its metrics, stay); recordings: calls and messages; events: of no contact: agents' states, health, metrics."""

    contacts: int = 0
    recordings: int = 0
    events: int = 0

    def __str__(self) -> str:
        """As the audit log has it."""
        told = {name: f"{days} days" if days else "for ever" for name, days in msgspec.structs.asdict(self).items()}
        return ", ".join(f"{name} {kept}" for name, kept in told.items())

    def __bool__(self) -> bool:
        return bool(self.contacts or self.recordings or self.events)


async def policies(session: AsyncSession, allowed: Branches) -> dict[str, Days]:
    """By branch, of those that don't keep everything for ever."""
    rows = await session.scalars(select(Retention).where(seen(Retention.branch, allowed)).order_by(Retention.branch))
    return {row.branch: days for row in rows if (days := _days(row))}


async def locked(session: AsyncSession, branch: str) -> Days:
    """Of one branch, which nobody else changes or carries out before the transaction ends."""
    row = await session.get(Retention, branch, with_for_update=True)
    return _days(row) if row is not None else Days()


async def put(session: AsyncSession, branch: str, days: Days, *, signature: Signature) -> None:
    """Audited. Raises NotFoundError for a branch that isn't there."""
    if await session.get(Branch, branch) is None:
        raise NotFoundError(f"there is no branch {branch!r}")
    row = {f"{name}_days": count for name, count in msgspec.structs.asdict(days).items()}
    row |= {"branch": branch, "set_s": signature["wall_s"], "set_by": signature["who"]}
    await put_rows(session, Retention, [row])
    await note(session, deed=Deed.RETENTION_SET, about=ABOUT, branch=branch, detail=str(days), **signature)


def _days(row: Retention) -> Days:
    return Days(contacts=row.contacts_days, recordings=row.recordings_days, events=row.events_days)
