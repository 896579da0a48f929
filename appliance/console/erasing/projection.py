"""Receipts of boxes: what each has erased, and what a hold has kept there. They come behind everything the box said of
these contacts before, so what was said meanwhile is erased with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import ERASURE_RECEIPT
from appliance.console.database.tables import Erasure, ErasureReceipt
from appliance.console.erasing.numbers import erase_number
from appliance.console.erasing.requests import carry_out, finish
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import Projector, name_of, readable, text_of


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """`cloud.orders.ERASURE_RECEIPT`."""

    request: str
    number: int
    erased: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    recordings: int = 0


async def receive(session: AsyncSession, sender: Sender, events: Sequence[Arrived], now_s: float) -> None:
    for one, told in readable(events, Told):
        row = await session.get(Erasure, name_of(told.request))
        if row is None:
            continue  # a box that was erased as a whole has requests of its own
        named = [(sender.branch, name_of(contact)) for contact in told.erased]
        await carry_out(session, row.request, named, customer=row.customer, now_s=now_s)
        if row.customer:
            await erase_number(session, [sender.branch], row.customer, now_s=now_s)
        receipt = (ErasureReceipt.request == row.request, ErasureReceipt.box == sender.box)
        await session.execute(
            update(ErasureReceipt)
            .where(*receipt, ErasureReceipt.number == told.number)
            .values(receipt=text_of(one.event.data), received_s=now_s)
        )
        await finish(session, row.request, now_s=now_s)


KINDS: Mapping[str, Projector] = {ERASURE_RECEIPT: receive}
