"""What boxes say of their orders, from their events: applied or failed, results of commands, local changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.orders import COMMAND_RESULT, DESIRED_APPLIED, DRIFT
from appliance.console.database.tables.orders import BoxOrder, Drift
from appliance.console.database.upserting import put_rows
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import Projector, readable, text_of


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer to an order has."""

    number: int


class Drifted(msgspec.Struct, frozen=True, kw_only=True):
    """items: kind, name, local, desired of each."""

    version: int
    items: list[dict[str, Any]]


async def answer(session: AsyncSession, sender: Sender, events: Sequence[Arrived], now_s: float) -> None:
    """A later answer to the same order (applied, then rolled back) counts."""
    for one, data in readable(events, Answered):
        told = {"answer": text_of(one.event.data), "answered_s": one.time_s}
        order = (BoxOrder.box == sender.box, BoxOrder.number == data.number)
        await session.execute(update(BoxOrder).where(*order).values(**told))


async def drift(session: AsyncSession, sender: Sender, events: Sequence[Arrived], now_s: float) -> None:
    """The newest counts: it names all there is."""
    for one, data in readable(events, Drifted)[-1:]:
        await put_drift(session, sender.box, data, told_s=one.time_s)


async def put_drift(session: AsyncSession, box: str, told: Drifted, *, told_s: float) -> None:
    """What was told before is over."""
    content = msgspec.json.encode(told.items).decode()
    await put_rows(session, Drift, [{"box": box, "version": told.version, "content": content, "told_s": told_s}])


KINDS: Mapping[str, Projector] = {DESIRED_APPLIED: answer, COMMAND_RESULT: answer, DRIFT: drift}
