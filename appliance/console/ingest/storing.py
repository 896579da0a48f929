"""Events into their table, each with the contact it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import Event
from appliance.console.database.upserting import insert_rows
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import instant_of, name_of


class _Whose(msgspec.Struct):
    """Every way in which event data names its contact."""

    contact: Any = ""
    ContactId: Any = ""


_decoder = msgspec.json.Decoder(_Whose)


async def store(session: AsyncSession, sender: Sender, events: Sequence[Arrived], *, now_s: float) -> None:
    """They are new, and follow on what is there."""
    await insert_rows(session, Event, [_row(sender, one, now_s) for one in events])


def contact_of(one: Arrived) -> str:
    """The contact that the event is about, "" for none."""
    try:
        whose = _decoder.decode(one.event.data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    found = whose.contact or whose.ContactId
    return name_of(found) if isinstance(found, str) else ""


def _row(sender: Sender, one: Arrived, now_s: float) -> dict[str, object]:
    return {
        "box": sender.box,
        "seq": one.seq,
        "branch": sender.branch,
        "kind": name_of(one.event.kind),
        "subject": name_of(one.event.subject),
        "contact": contact_of(one),
        "time_s": instant_of(one.time_s),
        "synced": one.event.clocksynced,
        "body": one.raw,
        "digest": one.digest,
        "head": one.head,
        "received_s": now_s,
        "erased_s": None,
    }
