"""What an admin wants of a branch, item by item, and its publication to the branch's box.

Nothing goes to a box by an edit alone; `publish` sends the whole of it as one order. Must not judge contents: the box
does, and its answer is shown.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import DesiredState, Item, ItemKind
from appliance.console.authority.boxes import State
from appliance.console.authority.keys import ConsoleKeys
from appliance.console.database.tables.branches import Box, Branch
from appliance.console.database.tables.orders import DesiredItem, Drift
from appliance.console.database.upserting import put_rows
from appliance.console.errors import NotFoundError
from appliance.console.orders import sending

LONGEST_NAME = 200


async def items_of(session: AsyncSession, branch: str) -> list[Item]:
    """By kind in the order in which boxes apply them, then by name."""
    rows = await session.scalars(select(DesiredItem).where(DesiredItem.branch == branch))
    order = {kind.value: place for place, kind in enumerate(ItemKind)}
    known = [row for row in rows if row.kind in order]
    return [_item(row) for row in sorted(known, key=lambda row: (order[row.kind], row.name))]


async def put_item(session: AsyncSession, branch: str, item: Item, *, by: str, now_s: float) -> None:
    """Raises NotFoundError for a branch that isn't there."""
    if await session.get(Branch, branch) is None:
        raise NotFoundError(f"there is no branch {branch!r}")
    row = {
        "branch": branch,
        "kind": item.kind.value,
        "name": item.name[:LONGEST_NAME],
        "content": msgspec.json.encode(item.content).decode(),
        "blob": item.blob,
        "overwrite": item.overwrite,
        "changed_s": now_s,
        "changed_by": by,
    }
    await put_rows(session, DesiredItem, [row])


async def drop_item(session: AsyncSession, branch: str, kind: ItemKind, name: str) -> None:
    """From now on the technician's again; the box keeps what it has."""
    those = (DesiredItem.branch == branch, DesiredItem.kind == kind.value, DesiredItem.name == name)
    await session.execute(delete(DesiredItem).where(*those))


async def overwrite_item(session: AsyncSession, branch: str, kind: ItemKind, name: str) -> bool:
    """With the next publication the local change goes. False where the branch has no such item."""
    those = (DesiredItem.branch == branch, DesiredItem.kind == kind.value, DesiredItem.name == name)
    changed = await session.execute(
        update(DesiredItem).where(*those).values(overwrite=True).returning(DesiredItem.name)
    )
    return changed.first() is not None


async def box_of(session: AsyncSession, branch: str) -> Box:
    """The branch's active box. Raises NotFoundError."""
    found = await session.scalar(select(Box).where(Box.branch == branch, Box.state == State.ACTIVE))
    if found is None:
        raise NotFoundError(f"branch {branch!r} has no active box; enrol one first")
    return found


async def publish(session: AsyncSession, keys: ConsoleKeys, branch: str, *, by: str, now_s: float) -> tuple[str, int]:
    """All of it as one signed order to the branch's box; its id and the order's number, which is the version, too.

    Raises NotFoundError where the branch has no active box.
    """
    box = (await box_of(session, branch)).box
    items = tuple(await items_of(session, branch))

    def made(number: int) -> DesiredState:
        return DesiredState(box=box, number=number, issued_s=now_s, version=number, items=items)

    summary = str(len(items))
    number = await sending.send(session, keys, box, made=made, by=by, now_s=now_s, summary=summary)
    await session.execute(update(DesiredItem).where(DesiredItem.branch == branch).values(overwrite=False))
    return box, number


async def publish_to_new(session: AsyncSession, keys: ConsoleKeys, branch: str, *, now_s: float) -> None:
    """To a box that has just been enrolled: it begins as the one before it was wanted to be."""
    if await session.scalar(select(DesiredItem.name).where(DesiredItem.branch == branch).limit(1)) is not None:
        await publish(session, keys, branch, by="console", now_s=now_s)


async def drift_of(session: AsyncSession, box: str) -> tuple[Drift | None, list[dict[str, Any]]]:
    """What the box last said of local changes: kind, name, local, desired of each."""
    row = await session.get(Drift, box)
    return row, [] if row is None else msgspec.json.decode(row.content, type=list[dict[str, Any]])


def _item(row: DesiredItem) -> Item:
    content = msgspec.json.decode(row.content, type=dict[str, object] | None)
    return Item(kind=ItemKind(row.kind), name=row.name, content=content, blob=row.blob, overwrite=row.overwrite)
