"""Puts an order into a box's line: numbered, signed, in the caller's transaction.

number = await send(session, keys, box, made=lambda number: Command(box=box, number=number, …), by=…, now_s=…)
…after the commit: console.notices.tell(Topic.ORDERS, box)
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import Order
from appliance.cloud.signing import sign
from appliance.console.authority.keys import ConsoleKeys
from appliance.console.database.tables.branches import Box
from appliance.console.database.tables.orders import BoxOrder
from appliance.console.errors import NotFoundError

MOST_AT_ONCE = 50
LOST = "lost"  # a number that a box had from this console before it was restored


async def send(
    session: AsyncSession,
    keys: ConsoleKeys,
    box: str,
    *,
    made: Callable[[int], Order],
    by: str,
    now_s: float,
    summary: str = "",
) -> int:
    """The order's number. made: the order of a number; by: who gave it, as in the audit log. Raises NotFoundError."""
    known = await session.scalar(select(Box.box).where(Box.box == box).with_for_update())
    if known is None:
        raise NotFoundError(f"there is no box {box!r}")
    last = await session.scalar(select(func.max(BoxOrder.number)).where(BoxOrder.box == box))
    number = (last or 0) + 1
    order = made(number)
    tag = order.__struct_config__.tag
    session.add(
        BoxOrder(
            box=box,
            number=number,
            kind=str(tag),
            summary=summary[:200],
            document=msgspec.json.encode(sign(order, keys.signing)).decode(),
            issued_s=now_s,
            issued_by=by[:200],
        )
    )
    await session.flush()
    return number


async def waiting(session: AsyncSession, box: str, *, after: int) -> list[tuple[int, str]]:
    """Number and signed document of the orders after that one, in order, some of them if there are many."""
    after_it = (BoxOrder.box == box, BoxOrder.number > after, BoxOrder.kind != LOST)
    query = select(BoxOrder.number, BoxOrder.document).where(*after_it).order_by(BoxOrder.number).limit(MOST_AT_ONCE)
    return [(number, document) for number, document in (await session.execute(query)).all()]


async def taken(session: AsyncSession, box: str, *, until: int, now_s: float) -> None:
    """The box has stored everything up to that number. One that knows more than this console (which was restored from
    a copy) gets later orders under numbers that are new to it."""
    last = await session.scalar(select(func.max(BoxOrder.number)).where(BoxOrder.box == box)) or 0
    if until > last:
        known = BoxOrder(
            box=box, number=until, kind=LOST, document="", issued_s=now_s, issued_by="console", taken_s=now_s
        )  # fmt: skip
        session.add(known)
    those = (BoxOrder.box == box, BoxOrder.number <= until, BoxOrder.taken_s.is_(None))
    await session.execute(update(BoxOrder).where(*those).values(taken_s=now_s))


async def orders_of(session: AsyncSession, box: str, *, limit: int = 50, kind: str = "") -> list[BoxOrder]:
    """The newest first; kind: only those, "" for all."""
    query = (
        select(BoxOrder)
        .where(BoxOrder.box == box, BoxOrder.kind == kind if kind else BoxOrder.kind != LOST)
        .order_by(BoxOrder.number.desc())
        .limit(limit)
    )
    return list(await session.scalars(query))
