"""Which deliveries are due, and whose turn it is: each is taken by one process for a while (a lease).

In a line (one webhook, one contact) only the first that waits is ever due; a line waits for its first, other lines go
on. A process that dies leaves its lease to run out, and another takes over: at least once, in order.
"""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Select, case, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from appliance.console.database.tables import Webhook, WebhookDelivery
from appliance.console.webhooks.retrying import Fate, Verdict

LEASE_S: Final = 60.0  # longer than any try takes
KEPT_S: Final = {"delivered": 7 * 86400.0, "given_up": 30 * 86400.0}


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One in hand. tries: before this one."""

    delivery: int
    event: str
    kind: str
    body: str
    tries: int


async def claim(session: AsyncSession, webhook: str, *, wall_s: float, limit: int) -> list[Delivery]:
    """Due ones, each the first of its line; this process has them for LEASE_S."""
    ids = (await session.scalars(_due(webhook, wall_s).limit(limit))).all()
    taken = (
        update(WebhookDelivery)
        .where(WebhookDelivery.delivery.in_(ids), WebhookDelivery.leased_s <= wall_s, WebhookDelivery.next_s <= wall_s)
        .where(WebhookDelivery.state == "waiting")
        .values(leased_s=wall_s + LEASE_S)
        .returning(WebhookDelivery)
        .execution_options(synchronize_session=False)
    )
    rows = (await session.scalars(taken)).all()
    return sorted((_delivery(row) for row in rows), key=lambda one: one.delivery)


async def next_due_s(session: AsyncSession, webhook: str) -> float | None:
    """When the next first of a line is due (wall time), None: nothing waits."""
    leased_s, next_s = WebhookDelivery.leased_s, WebhookDelivery.next_s
    query = select(func.min(case((leased_s > next_s, leased_s), else_=next_s)))
    found: float | None = await session.scalar(query.where(WebhookDelivery.webhook == webhook, *_first_of_line()))
    return found


async def settle(
    session: AsyncSession, one: Delivery, verdict: Verdict, *, wall_s: float, status: int, trouble: str
) -> None:
    """What became of it. A body that was delivered isn't kept."""
    done = verdict.fate is not Fate.AGAIN
    values: dict[str, object] = {
        "tries": one.tries + 1,
        "status": status,
        "trouble": trouble,
        "leased_s": 0.0,
        "next_s": wall_s + verdict.wait_s,
        "state": {Fate.AGAIN: "waiting", Fate.DELIVERED: "delivered"}.get(verdict.fate, "given_up"),
        "done_s": wall_s if done else None,
    }
    if verdict.fate is Fate.DELIVERED:
        values["body"] = ""
    await session.execute(update(WebhookDelivery).where(WebhookDelivery.delivery == one.delivery).values(**values))


async def release(session: AsyncSession, one: Delivery) -> None:
    """The try was broken off: anybody may take it now."""
    await session.execute(update(WebhookDelivery).where(WebhookDelivery.delivery == one.delivery).values(leased_s=0.0))


async def sweep(session: AsyncSession, *, wall_s: float) -> None:
    """Forget what was done long ago."""
    for state, kept_s in KEPT_S.items():
        old = WebhookDelivery.state == state, WebhookDelivery.done_s < wall_s - kept_s
        await session.execute(delete(WebhookDelivery).where(*old))


def _due(webhook: str, wall_s: float) -> Select[int]:
    return (
        select(WebhookDelivery.delivery)
        .join(Webhook, Webhook.webhook == WebhookDelivery.webhook)
        .where(Webhook.webhook == webhook, Webhook.state == "on", *_first_of_line())
        .where(WebhookDelivery.next_s <= wall_s, WebhookDelivery.leased_s <= wall_s)
        .order_by(WebhookDelivery.next_s, WebhookDelivery.delivery)
    )


def _first_of_line() -> tuple[ColumnElement[bool], ...]:
    """It waits, and nothing of its line waits before it."""
    earlier = aliased(WebhookDelivery)
    before = earlier.line == WebhookDelivery.line, earlier.delivery < WebhookDelivery.delivery
    return (WebhookDelivery.state == "waiting", ~exists().where(earlier.state == "waiting", *before))


def _delivery(row: WebhookDelivery) -> Delivery:
    return Delivery(delivery=row.delivery, event=row.event, kind=row.kind, body=row.body, tries=row.tries)
