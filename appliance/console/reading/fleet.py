"""The fleet: every branch with its box, its link and its health."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.live import Health, LiveState
from appliance.console.database.tables import Box, Branch, Chain, LiveBranch
from appliance.console.errors import NotFoundError
from appliance.console.people.present import seen
from appliance.console.people.roles import Branches
from appliance.console.reading.documents import BoxSummary, BranchHealth, BranchSummary

STALE_S = 30.0  # a box with a link tells more often
_RETIRED = ("replaced", "revoked")


async def branches(session: AsyncSession, allowed: Branches, *, now_s: float) -> list[BranchSummary]:
    """By name."""
    found = await session.scalars(select(Branch).where(seen(Branch.branch, allowed)).order_by(Branch.name))
    boxes, since = await _boxes(session, allowed), await _known_since(session, allowed)
    live = {
        row.branch: row for row in await session.scalars(select(LiveBranch).where(seen(LiveBranch.branch, allowed)))
    }
    return [
        _summary(
            branch,
            box=boxes.get(branch.branch),
            known_since_s=since.get(branch.branch),
            live=live.get(branch.branch),
            now_s=now_s,
        )
        for branch in found
    ]


async def branch(session: AsyncSession, allowed: Branches, name: str, *, now_s: float) -> BranchSummary:
    """Raises NotFoundError."""
    only = allowed & Branches(some=frozenset({name}))
    found = await branches(session, only, now_s=now_s)
    if not found:
        raise NotFoundError(f"there is no branch {name!r} that you may see")
    return found[0]


async def _boxes(session: AsyncSession, allowed: Branches) -> dict[str, BoxSummary]:
    """The box of each branch: of several the one that works, else the last enrolled."""
    joined = (
        select(Box, Chain).join(Chain, Chain.box == Box.box, isouter=True).where(seen(Box.branch, allowed))
    ).order_by(Box.state.in_(_RETIRED).desc(), Box.enrolled_s)
    return {box.branch: _box(box, chain) for box, chain in await session.execute(joined)}


async def _known_since(session: AsyncSession, allowed: Branches) -> dict[str, float]:
    first = select(Box.branch, func.min(Box.enrolled_s)).where(seen(Box.branch, allowed)).group_by(Box.branch)
    return {branch: enrolled_s for branch, enrolled_s in await session.execute(first)}


def _box(box: Box, chain: Chain | None) -> BoxSummary:
    return BoxSummary(
        box=box.box,
        name=box.name,
        state=box.state,
        version=box.version,
        enrolled_s=box.enrolled_s,
        heard_s=box.heard_s,
        events=chain.seq if chain else 0,
        stored_s=chain.stored_s if chain else None,
        forked_s=chain.forked_s if chain else None,
    )


def _summary(
    branch: Branch, *, box: BoxSummary | None, known_since_s: float | None, live: LiveBranch | None, now_s: float
) -> BranchSummary:
    state = None if live is None else msgspec.json.decode(live.state, type=LiveState)
    as_of_s = None if live is None else live.received_s
    return BranchSummary(
        branch=branch.branch,
        name=branch.name,
        timezone=branch.timezone,
        box=box,
        known_since_s=known_since_s,
        as_of_s=as_of_s,
        stale=is_stale(as_of_s, now_s),
        waiting=sum(queue.waiting for queue in state.queues) if state else 0,
        contacts=len(state.contacts) if state else 0,
        agents=sum(agent.status != "Offline" for agent in state.agents) if state else 0,
        health=_health(state.health) if state else None,
    )


def is_stale(as_of_s: float | None, now_s: float) -> bool:
    """Whether what was told then says little about now."""
    return as_of_s is None or now_s - as_of_s > STALE_S


def _health(health: Health) -> BranchHealth:
    return BranchHealth.model_validate(msgspec.to_builtins(health))
