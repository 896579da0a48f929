"""Who makes what of which events. A room joins in by a module in PROJECTIONS with `KINDS`: kind → projector; one in
`BESIDE` runs too, but doesn't keep an event from being a happening.

A projector gets the new events of its kind of one batch, in order, inside the transaction that stores them. What it
can't read it leaves out (`event_data`): a box that is newer than the console must not get stuck. The event stays
stored, and `ingest.again` brings it in once the console can read it.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud import orders, reconciling, recordings
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import REMOVED, Projector, also_changed
from appliance.console.ingest.projections.inventory import KINDS
from appliance.console.notices import Topic

Projectors = Mapping[str, tuple[Projector, ...]]

# One line each. A kind that nobody names becomes a happening.
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
def projectors() -> Projectors:
    """By kind, in the order of PROJECTIONS."""
    return _named("KINDS")


def projectors_of(prefix: str) -> Projectors:
    """Of the modules whose names begin so."""
    return _named("KINDS", prefix)


@cache
def _beside() -> Projectors:
    return _named("BESIDE")


def _named(table: str, prefix: str = "") -> Projectors:
    found: dict[str, tuple[Projector, ...]] = {}
    for name in (name for name in PROJECTIONS if name.startswith(prefix)):
        for kind, projector in getattr(importlib.import_module(name), table, {}).items():
            found[kind] = (*found.get(kind, ()), projector)
    return found


@cache
def _every_other() -> tuple[Projector, ...]:
    projector: Projector = importlib.import_module(_EVERY_OTHER).project
    return (projector,)


async def project(session: AsyncSession, sender: Sender, events: Sequence[Arrived], *, now_s: float) -> set[Topic]:
    """All of them; returns what changed."""
    kinds = {one.event.kind for one in events}
    asked = {kind: (*(projectors().get(kind) or _every_other()), *_beside().get(kind, ())) for kind in kinds}
    await project_by(asked, session, sender, events, now_s=now_s)
    return {topic_of(kind) for kind in kinds} | also_changed(session)


async def project_by(
    asked: Projectors, session: AsyncSession, sender: Sender, events: Sequence[Arrived], *, now_s: float
) -> None:
    """Kind by kind, those that take something away last."""
    by_kind: dict[str, list[Arrived]] = {}
    for one in events:
        by_kind.setdefault(one.event.kind, []).append(one)
    for kind in sorted(by_kind, key=lambda name: name.endswith(REMOVED)):
        for projector in asked.get(kind, ()):
            await projector(session, sender, by_kind[kind], now_s)


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
    return _TOPICS.get(kind) or (Topic.INVENTORY if kind in KINDS else Topic.HAPPENINGS)
