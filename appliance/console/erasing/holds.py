"""Legal holds: while one stands nothing of its contacts is erased, whoever asks. What waited for it goes when it is
lifted and no other stands.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.authority.keys import ConsoleKeys
from appliance.console.database.tables import Erasure, ErasureContact, HeldContact, Hold
from appliance.console.erasing.requests import HELD, LONGEST_REASON, carry_out
from appliance.console.erasing.telling import tell_erasure, tell_hold
from appliance.console.errors import NotFoundError
from appliance.console.people.present import Signature


async def set_hold(
    session: AsyncSession,
    keys: ConsoleKeys,
    *,
    reason: str,
    contacts: Mapping[str, Sequence[str]],
    signature: Signature,
) -> tuple[str, list[str]]:
    """contacts: by branch. The hold's id, and the boxes that were told. Audited."""
    hold, now_s, by = str(uuid.uuid4()), signature["wall_s"], signature["who"]
    session.add(Hold(hold=hold, reason=reason[:LONGEST_REASON], set_by=by, set_s=now_s))
    await session.flush()
    for branch, those in contacts.items():
        session.add_all(HeldContact(hold=hold, branch=branch, contact=contact) for contact in dict.fromkeys(those))
    boxes = await tell_hold(session, keys, hold=hold, contacts=contacts, on=True, by=by, now_s=now_s)
    count = sum(len(those) for those in contacts.values())
    await note(session, deed=Deed.HOLD_SET, about=f"hold:{hold}", detail=f"{count} contacts", **signature)
    return hold, boxes


async def contacts_held(session: AsyncSession, hold: str) -> dict[str, list[str]]:
    """By branch."""
    found: dict[str, list[str]] = {}
    query = select(HeldContact.branch, HeldContact.contact).where(HeldContact.hold == hold)
    for branch, contact in (await session.execute(query.order_by(HeldContact.contact))).all():
        found.setdefault(branch, []).append(contact)
    return found


async def lift_hold(session: AsyncSession, keys: ConsoleKeys, hold: str, *, signature: Signature) -> list[str]:
    """The boxes that were told. What was asked to be erased meanwhile is erased now. Audited. Raises NotFoundError."""
    row = await session.get(Hold, hold)
    if row is None or row.lifted_s is not None:
        raise NotFoundError(f"there is no hold {hold[:60]!r} that stands")
    now_s, by = signature["wall_s"], signature["who"]
    row.lifted_s, row.lifted_by = now_s, by
    await session.flush()
    contacts = await contacts_held(session, hold)
    boxes = await tell_hold(session, keys, hold=hold, contacts=contacts, on=False, by=by, now_s=now_s)
    count = sum(len(those) for those in contacts.values())
    await note(session, deed=Deed.HOLD_LIFTED, about=f"hold:{hold}", detail=f"{count} contacts", **signature)
    return sorted({*boxes, *await _erase_what_waited(session, keys, contacts, by=by, now_s=now_s)})


async def _erase_what_waited(
    session: AsyncSession, keys: ConsoleKeys, contacts: Mapping[str, Sequence[str]], *, by: str, now_s: float
) -> list[str]:
    waiting: dict[str, dict[str, list[str]]] = {}
    for branch, those in contacts.items():
        query = select(ErasureContact).where(
            ErasureContact.branch == branch, ErasureContact.contact.in_(those), ErasureContact.state == HELD
        )
        for one in await session.scalars(query):
            waiting.setdefault(one.request, {}).setdefault(branch, []).append(one.contact)
    told: list[str] = []
    for request, by_branch in waiting.items():
        row = await session.get(Erasure, request)
        customer = row.customer if row is not None else ""
        named = [(branch, contact) for branch, those in by_branch.items() for contact in those]
        erased, _ = await carry_out(session, request, named, customer=customer, now_s=now_s)
        left = {branch: [one for one in those if one in erased] for branch, those in by_branch.items()}
        if row is not None and erased:
            row.done_s = None
            told += await tell_erasure(
                session, keys, request=request, customer="", contacts=left, branches=left, by=by, now_s=now_s
            )
    return told
