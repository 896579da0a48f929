"""What a branch has, from the events of its administration. What is removed there is removed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import InventoryEntry
from appliance.console.database.upserting import put_rows
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import REMOVED, Projector, instant_of, name_of, readable, text_of

# Kind → the fields of its data that name the entry.
NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "agent": ("agent",),
    "agent_status": ("name",),
    "campaign": ("campaign",),
    "disposition": ("queue", "code"),
    "do_not_call": ("campaign", "number"),
    "errand": ("errand",),
    "extension": ("extension",),
    "flow": ("flow",),
    "flow_bundle": (),
    "flow_part": ("kind", "name"),
    "mailbox": ("mailbox",),
    "queue": ("queue",),
    "quick_connect": ("name",),
    "recording_policy": ("queue", "agent"),
    "ring_group": ("group",),
    "routing_profile": ("profile",),
    "supervision_rights": ("agent",),
}


async def put(session: AsyncSession, sender: Sender, events: Sequence[Arrived], _: float) -> None:
    """The newest of each name counts."""
    rows = {}
    for one, data in readable(events, dict[str, Any]):
        name = entry_name(one.event.kind, data)
        rows[name] = {
            "branch": sender.branch,
            "kind": name_of(one.event.kind),
            "name": name,
            "box": sender.box,
            "seq": one.seq,
            "updated_s": instant_of(one.time_s),
            "content": text_of(one.event.data),
        }
    await put_rows(session, InventoryEntry, list(rows.values()))


async def remove(session: AsyncSession, sender: Sender, events: Sequence[Arrived], _: float) -> None:
    """Unless it was put again after that: of a batch's events all that put something come first."""
    for one, data in readable(events, dict[str, Any]):
        kind = one.event.kind.removesuffix(REMOVED)
        await session.execute(
            delete(InventoryEntry).where(
                InventoryEntry.branch == sender.branch,
                InventoryEntry.kind == kind,
                InventoryEntry.name == entry_name(kind, data),
                (InventoryEntry.box != sender.box) | (InventoryEntry.seq < one.seq),
            )
        )


def entry_name(kind: str, data: Mapping[str, Any]) -> str:
    """`sales/7` for several fields; "" where there is one entry only. What has a plan is named in it."""
    plan = data.get("plan")
    fields = {**plan, **data} if isinstance(plan, dict) else data
    return name_of("/".join(str(fields.get(field) or "") for field in NAMED_BY[kind]))


KINDS: Mapping[str, Projector] = {
    **dict.fromkeys(NAMED_BY, put),
    **dict.fromkeys((kind + REMOVED for kind in NAMED_BY), remove),
}
