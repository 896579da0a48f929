"""Erasure requests: asked for, carried out here at once, told to the boxes, done when every box has answered."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.authority.keys import ConsoleKeys
from appliance.console.database.tables import Erasure, ErasureContact, ErasureReceipt
from appliance.console.database.upserting import put_rows
from appliance.console.erasing.contacts import contacts_of, erase_contact
from appliance.console.erasing.numbers import erase_number
from appliance.console.erasing.telling import tell_erasure
from appliance.console.people.present import Signature
from appliance.console.recordings.holding import held_contacts

PENDING, DONE, HELD = "pending", "erased", "held"
LONGEST_REASON = 500


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """customer: E.164, "" for named contacts; contacts: by branch; branches: where a customer's contacts may be."""

    reason: str
    customer: str = ""
    contacts: Mapping[str, Sequence[str]] = {}
    branches: tuple[str, ...] = ()


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """boxes: that were told."""

    request: str
    erased: int
    held: int
    boxes: tuple[str, ...]


async def ask(session: AsyncSession, keys: ConsoleKeys, asked: Asked, *, signature: Signature) -> Outcome:
    """Erase here, and tell the boxes. Audited."""
    request, now_s = str(uuid.uuid4()), signature["wall_s"]
    session.add(
        Erasure(
            request=request,
            customer=asked.customer,
            reason=asked.reason[:LONGEST_REASON],
            asked_by=signature["who"],
            asked_s=now_s,
        )
    )
    await session.flush()
    named = [(branch, contact) for branch, contacts in asked.contacts.items() for contact in contacts]
    if asked.customer:
        named += await contacts_of(session, list(asked.branches), asked.customer)
        await erase_number(session, asked.branches, asked.customer, now_s=now_s)
    erased, held = await carry_out(session, request, named, customer=asked.customer, now_s=now_s)
    boxes = await tell_erasure(
        session,
        keys,
        request=request,
        customer=asked.customer,
        contacts=asked.contacts,
        branches=asked.branches or tuple(asked.contacts),
        by=signature["who"],
        now_s=now_s,
    )
    detail = f"{len(erased)} contacts erased, {len(held)} held, {len(boxes)} boxes told"
    await note(session, deed=Deed.ERASURE_REQUESTED, about=f"erasure:{request}", detail=detail, **signature)
    await finish(session, request, now_s=now_s)
    return Outcome(request=request, erased=len(erased), held=len(held), boxes=tuple(boxes))


async def carry_out(
    session: AsyncSession, request: str, named: Iterable[tuple[str, str]], *, customer: str, now_s: float
) -> tuple[list[str], list[str]]:
    """Erase what no hold keeps, of (branch, contact); which were erased and which are held."""
    by_branch: dict[str, list[str]] = {}
    for branch, contact in dict.fromkeys(named):
        by_branch.setdefault(branch, []).append(contact)
    erased: list[str] = []
    held: list[str] = []
    for branch, contacts in by_branch.items():
        kept = await held_contacts(session, branch, contacts)
        for contact in contacts:
            if contact not in kept:
                await erase_contact(session, branch, contact, now_s=now_s, customer=customer)
        erased += [contact for contact in contacts if contact not in kept]
        held += [contact for contact in contacts if contact in kept]
        rows = [
            {"request": request, "branch": branch, "contact": contact, "state": HELD if contact in kept else DONE}
            for contact in contacts
        ]
        await put_rows(session, ErasureContact, rows)
    return erased, held


async def finish(session: AsyncSession, request: str, *, now_s: float) -> bool:
    """Whether every box has answered; then the number is forgotten (in the orders by `background`)."""
    missing = select(func.count()).where(ErasureReceipt.request == request, ErasureReceipt.received_s.is_(None))
    row = await session.get(Erasure, request)
    if row is None or row.done_s is not None or await session.scalar(missing):
        return False
    row.done_s, row.customer = now_s, ""
    await note(
        session, wall_s=now_s, who="console", deed=Deed.ERASURE_DONE, about=f"erasure:{request}", detail="all answered"
    )
    return True
