"""Who makes what of which events. A room joins in by a module in PROJECTIONS with `KINDS`: kind → projector; one in
`BESIDE` runs too, but doesn't keep an event from being a happening.

A projector gets the new events of its kind of one batch, in order, inside the transaction that stores them. One that
can't read an event raises MalformedError out of `readable`'s decoding only: the event stays stored, and shows as
unreadable; a box that is newer than the console must not get stuck.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud import orders, reconciling, recordings
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.notices import Topic

log = logging.getLogger(__name__)
Content = TypeVar("Content")
REMOVED = "_removed"
_ALSO_CHANGED = "also_changed"
Projector = Callable[[AsyncSession, Sender, Sequence[Arrived], float], Awaitable[None]]

# One line each; those that aren't there yet are skipped. A kind that nobody names becomes a happening.
PROJECTIONS: tuple[str, ...] = (
    "appliance.console.ingest.projections.contacts",
    "appliance.console.ingest.projections.agent_states",
    "appliance.console.ingest.projections.inventory",
    "appliance.console.ingest.projections.recordings",
    "appliance.console.ingest.projections.outages",
    "appliance.console.ingest.projections.snapshots",
    "appliance.console.orders.projection",
    "appliance.console.recordings.projection",
    "appliance.console.erasing.projection",
    "appliance.console.webhooks.projection",
)
_EVERY_OTHER = "appliance.console.ingest.projections.happenings"


@cache
def projectors() -> Mapping[str, tuple[Projector, ...]]:
    """By kind, in the order of PROJECTIONS."""
    return _named("KINDS")


@cache
def _beside() -> Mapping[str, tuple[Projector, ...]]:
    return _named("BESIDE")


def _named(table: str) -> Mapping[str, tuple[Projector, ...]]:
    found: dict[str, tuple[Projector, ...]] = {}
    for name in PROJECTIONS:
        package = name.rpartition(".")[0]
        if importlib.util.find_spec(package) is not None and importlib.util.find_spec(name) is not None:
            for kind, projector in getattr(importlib.import_module(name), table, {}).items():
                found[kind] = (*found.get(kind, ()), projector)
    return found


@cache
def _every_other() -> tuple[Projector, ...]:
    projector: Projector = importlib.import_module(_EVERY_OTHER).project
    return (projector,)


async def project(session: AsyncSession, sender: Sender, events: Sequence[Arrived], *, now_s: float) -> set[Topic]:
    """All of them, kind by kind; those that take something away come last. Returns what changed."""
    by_kind: dict[str, list[Arrived]] = {}
    for one in events:
        by_kind.setdefault(one.event.kind, []).append(one)
    for kind in sorted(by_kind, key=lambda name: name.endswith(REMOVED)):
        those = by_kind[kind]
        for projector in (*(projectors().get(kind) or _every_other()), *_beside().get(kind, ())):
            await projector(session, sender, those, now_s)
    return {topic_of(kind) for kind in by_kind} | also_changed(session)


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


def text_of(data: msgspec.Raw) -> str:
    """Event data as text that a database takes; what is no UTF-8 in it is replaced."""
    return bytes(data).decode(errors="replace").replace("\0", "")


_TOPICS = {
    "contact_event": Topic.CONTACTS,
    "contact_record": Topic.CONTACTS,
    "agent_state": Topic.LIVE,
    recordings.RECORDING: Topic.RECORDINGS,
    recordings.RECORDING_ERASED: Topic.RECORDINGS,
    reconciling.OUTAGE: Topic.OUTAGES,
    reconciling.RECONCILED: Topic.OUTAGES,
    **dict.fromkeys(orders.REPORTS, Topic.ORDERS),
}


def topic_of(kind: str) -> Topic:
    """What a page that shows events of this kind listens to."""
    from appliance.console.ingest.projections.inventory import KINDS

    return _TOPICS.get(kind) or (Topic.INVENTORY if kind in KINDS else Topic.HAPPENINGS)
