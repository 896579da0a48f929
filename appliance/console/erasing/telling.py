"""Tombstones and holds into the boxes' lines: every box of a branch that may have the contact, also a replaced one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import LegalHold, Tombstone
from appliance.console.authority.boxes import State
from appliance.console.authority.keys import ConsoleKeys
from appliance.console.database.tables import Box, ErasureReceipt
from appliance.console.database.upserting import put_rows
from appliance.console.orders.sending import send


async def boxes_of(session: AsyncSession, branches: Iterable[str]) -> list[tuple[str, str]]:
    """Box and branch of all that may still hear."""
    query = select(Box.box, Box.branch).where(Box.branch.in_(sorted(branches)), Box.state != State.REVOKED)
    return [(box, branch) for box, branch in (await session.execute(query.order_by(Box.box))).all()]


async def tell_erasure(
    session: AsyncSession,
    keys: ConsoleKeys,
    *,
    request: str,
    customer: str,
    contacts: Mapping[str, Sequence[str]],
    branches: Iterable[str],
    by: str,
    now_s: float,
) -> list[str]:
    """The boxes that were told. contacts: by branch; where it is none of these and there is no customer, nothing goes
    to its boxes."""
    told: list[str] = []
    for box, branch in await boxes_of(session, branches):
        named = tuple(contacts.get(branch, ()))
        if not named and not customer:
            continue

        def made(number: int, box: str = box, named: tuple[str, ...] = named) -> Tombstone:
            return Tombstone(box=box, number=number, issued_s=now_s, request=request, contacts=named, customer=customer)

        number = await send(session, keys, box, made=made, by=by, now_s=now_s, summary=f"erasure {request}")
        receipt = {"request": request, "box": box, "branch": branch, "number": number, "told_s": now_s}
        await put_rows(session, ErasureReceipt, [{**receipt, "receipt": "", "received_s": None}])
        told.append(box)
    return told


async def tell_hold(
    session: AsyncSession,
    keys: ConsoleKeys,
    *,
    hold: str,
    contacts: Mapping[str, Sequence[str]],
    on: bool,
    by: str,
    now_s: float,
) -> list[str]:
    """contacts: by branch. The boxes that were told."""
    told: list[str] = []
    for box, branch in await boxes_of(session, contacts):
        named = tuple(contacts[branch])

        def made(number: int, box: str = box, named: tuple[str, ...] = named) -> LegalHold:
            return LegalHold(box=box, number=number, issued_s=now_s, hold=hold, contacts=named, on=on)

        await send(session, keys, box, made=made, by=by, now_s=now_s, summary=f"hold {hold} {'on' if on else 'off'}")
        told.append(box)
    return told
