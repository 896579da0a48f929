"""Agents and the other things of a branch: queues, extensions, flows … as boxes have told."""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import InventoryEntry, LastAgentState
from appliance.console.people.present import seen
from appliance.console.people.roles import Branches
from appliance.console.reading.documents import AgentSummary, EntrySummary

AGENT = "agent"


async def entries(session: AsyncSession, allowed: Branches, kind: str) -> list[EntrySummary]:
    """All of one kind, by branch and name."""
    found = await session.scalars(
        select(InventoryEntry)
        .where(seen(InventoryEntry.branch, allowed), InventoryEntry.kind == kind)
        .order_by(InventoryEntry.branch, InventoryEntry.name)
    )
    return [
        EntrySummary(
            branch=row.branch,
            kind=row.kind,
            name=row.name,
            content=msgspec.json.decode(row.content),
            updated_s=row.updated_s,
        )
        for row in found
    ]


async def agents(session: AsyncSession, allowed: Branches) -> list[AgentSummary]:
    """With what each was doing when its box last told."""
    found = await session.scalars(select(LastAgentState).where(seen(LastAgentState.branch, allowed)))
    states = {(row.branch, row.agent): row for row in found}
    return [_agent(entry, states.get((entry.branch, entry.name))) for entry in await entries(session, allowed, AGENT)]


def _agent(entry: EntrySummary, state: LastAgentState | None) -> AgentSummary:
    return AgentSummary(
        branch=entry.branch,
        agent=entry.name,
        plan=entry.content,
        status=state.status if state else "",
        activity=state.activity if state else "",
        since_s=state.since_s if state else None,
    )
