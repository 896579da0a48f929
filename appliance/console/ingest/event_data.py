"""What projectors are, and what each needs to make rows of events: their data read, cut to size, and what changed."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.notices import Topic

log = logging.getLogger(__name__)
Content = TypeVar("Content")
REMOVED = "_removed"
LATEST_S = 253_402_214_400.0  # 9999-12-31: no time zone's year 10000
_ALSO_CHANGED = "also_changed"
Projector = Callable[[AsyncSession, Sender, Sequence[Arrived], float], Awaitable[None]]


def also_changed(session: AsyncSession) -> set[Topic]:
    """For a projector to add what it changed beside what the kind of event tells."""
    topics: set[Topic] = session.info.setdefault(_ALSO_CHANGED, set())
    return topics


def readable(events: Sequence[Arrived], kind: type[Content]) -> list[tuple[Arrived, Content]]:
    """Each with its data; what has another shape is left out, and the log says so."""
    decoder, found = msgspec.json.Decoder(kind), []
    for one in events:
        try:
            found.append((one, decoder.decode(one.event.data)))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            log.warning("event %s of %s, kind %s, can't be read: %s", one.seq, one.event.source, one.event.kind, error)
    return found


def name_of(text: object) -> str:
    """Fit for a column of names: at most 200 letters, none of them NUL (PostgreSQL takes none)."""
    return "" if text is None else str(text)[:200].replace("\0", "")


def instant_of(seconds: float) -> float:
    """Seconds since the epoch that calendars know: 1970 to 9999."""
    return min(max(float(seconds), 0.0), LATEST_S)


def text_of(data: msgspec.Raw) -> str:
    """Event data as text that a database takes; what is no UTF-8 in it is replaced."""
    return bytes(data).decode(errors="replace").replace("\0", "")
