"""What the page of a branch's configuration shows: items, drift, orders and what became of them. Reads only."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import Item, ItemKind
from appliance.console.authority.boxes import State
from appliance.console.database.tables import Box, BoxOrder, Branch, DesiredItem, Drift, InventoryEntry
from appliance.console.errors import NotFoundError
from appliance.console.orders import desired, sending
from appliance.console.people.present import seen
from appliance.console.people.roles import Branches

OF_BOXES = (ItemKind.QUEUE, ItemKind.ROUTING_PROFILE, ItemKind.EXTENSION, ItemKind.AGENT)


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """answer: the event's data, None: the box has said nothing yet."""

    order: BoxOrder
    answer: dict[str, Any] | None

    @property
    def outcome(self) -> str:
        """waiting, taken, applied, failed, rolled_back."""
        if self.answer is None:
            return "waiting" if self.order.taken_s is None else "taken"
        if self.answer.get("rolled_back"):
            return "rolled_back"
        return "failed" if self.answer.get("failed") or self.answer.get("ok") is False else "applied"

    @property
    def said(self) -> list[str]:
        """Sentences of the box."""
        answer = self.answer or {}
        failed = answer.get("failed") or {}
        text = answer.get("text")
        return [f"{name}: {why}" for name, why in failed.items()] + ([str(text)] if text else [])


class BranchLine(msgspec.Struct, frozen=True, kw_only=True):
    """drift: how many things the box has otherwise; last: its last publication."""

    branch: str
    name: str
    items: int
    drift: int
    last: OrderLine | None


class BranchView(msgspec.Struct, frozen=True, kw_only=True):
    """has: what the box told it has, by kind, of the kinds that can be edited."""

    branch: Branch
    box: Box | None
    items: list[Item]
    drift: list[dict[str, Any]]
    told_s: float | None
    orders: list[OrderLine]
    has: dict[str, list[str]]


async def branch_lines(session: AsyncSession, allowed: Branches) -> list[BranchLine]:
    """By name."""
    counts = select(DesiredItem.branch, func.count()).group_by(DesiredItem.branch)
    wanted = {branch: count for branch, count in await session.execute(counts)}
    rows = await session.scalars(select(Branch).where(seen(Branch.branch, allowed)).order_by(Branch.name))
    found = []
    for row in rows:
        box = await _active(session, row.branch)
        lines = await _lines(session, box, limit=1, kind="desired_state") if box else []
        drift = (await desired.drift_of(session, box.box))[1] if box else []
        found.append(
            BranchLine(
                branch=row.branch,
                name=row.name,
                items=wanted.get(row.branch, 0),
                drift=len(drift),
                last=lines[0] if lines else None,
            )
        )
    return found


async def drift_counts(session: AsyncSession, allowed: Branches) -> dict[str, int]:
    """Of each branch whose box says that something is otherwise than wanted: how many things."""
    query = select(Box.branch, Drift.content).join(Drift, Drift.box == Box.box)
    rows = await session.execute(query.where(Box.state == State.ACTIVE, seen(Box.branch, allowed)))
    counted = {branch: len(msgspec.json.decode(content, type=list[msgspec.Raw])) for branch, content in rows}
    return {branch: count for branch, count in counted.items() if count}


async def branch_view(session: AsyncSession, branch: str) -> BranchView:
    """Raises NotFoundError."""
    row = await session.get(Branch, branch)
    if row is None:
        raise NotFoundError(f"there is no branch {branch!r}")
    box = await _active(session, branch)
    told, drift = await desired.drift_of(session, box.box) if box else (None, [])
    return BranchView(
        branch=row,
        box=box,
        items=await desired.items_of(session, branch),
        drift=drift,
        told_s=told.told_s if told else None,
        orders=await _lines(session, box, limit=20) if box else [],
        has=await _has(session, branch),
    )


async def item_now(session: AsyncSession, branch: str, kind: ItemKind, name: str) -> Item | None:
    """What is wanted of it at present."""
    return next((one for one in await desired.items_of(session, branch) if (one.kind, one.name) == (kind, name)), None)


async def _active(session: AsyncSession, branch: str) -> Box | None:
    found: Box | None = await session.scalar(select(Box).where(Box.branch == branch, Box.state == State.ACTIVE))
    return found


async def _lines(session: AsyncSession, box: Box | None, *, limit: int, kind: str = "") -> list[OrderLine]:
    if box is None:
        return []
    rows = await sending.orders_of(session, box.box, limit=limit, kind=kind)
    return [
        OrderLine(
            order=row,
            answer=None if row.answer is None else msgspec.json.decode(row.answer, type=dict[str, Any]),
        )
        for row in rows
    ]


async def _has(session: AsyncSession, branch: str) -> dict[str, list[str]]:
    kinds = [kind.value for kind in OF_BOXES]
    query = select(InventoryEntry.kind, InventoryEntry.name).where(
        InventoryEntry.branch == branch, InventoryEntry.kind.in_(kinds)
    )
    found: dict[str, list[str]] = {kind: [] for kind in kinds}
    for kind, name in await session.execute(query.order_by(InventoryEntry.name)):
        found[kind].append(name)
    return found
