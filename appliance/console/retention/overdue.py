"""What is older than its limit and kept by no legal hold, as queries. Reads only.

A box's clock may have been wrong (a Pi has none): nothing counts as old before the console has had it as long, too.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from appliance.console.database.tables import (
    AgentStateChange,
    Contact,
    Event,
    Happening,
    HeldContact,
    Hold,
    MetricSnapshot,
    Recording,
)
from appliance.console.uploads.rows import ERASED

# Of events that belong to no contact: where each stands beside `events`, and when it was.
TOLD: tuple[tuple[type[Happening | MetricSnapshot | AgentStateChange], InstrumentedAttribute[float]], ...] = (
    (Happening, Happening.at_s),
    (MetricSnapshot, MetricSnapshot.at_s),
    (AgentStateChange, AgentStateChange.wall_s),
)


def contacts(branch: str, before_s: float) -> Select[str]:
    """Their ids; of those that were erased already the ones of which a box has told more since."""
    more = exists().where(
        Event.branch == Contact.branch, Event.contact == Contact.contact, Event.erased_s.is_(None)
    )  # fmt: skip
    old = (Contact.branch == branch, Contact.initiated_s < before_s, _had(Contact.box, Contact.seq, before_s))
    return select(Contact.contact).where(
        *old, or_(Contact.erased_s.is_(None), more), ~_held(Contact.branch, Contact.contact)
    )


def recordings(branch: str, before_s: float) -> Select[str]:
    """Their ids, also of those that haven't come yet."""
    old = (Recording.branch == branch, Recording.started_s < before_s, _had(Recording.box, Recording.seq, before_s))
    return select(Recording.recording).where(
        *old, Recording.state != ERASED, ~_held(Recording.branch, Recording.contact)
    )


def told(
    table: type[Happening | MetricSnapshot | AgentStateChange],
    at_s: InstrumentedAttribute[float],
    branch: str,
    before_s: float,
) -> Select[str, int]:
    """Box and number of each event."""
    kept_apart = exists().where(
        Event.box == table.box, Event.seq == table.seq, Event.contact != ""
    )  # those go with their contact
    old = (table.branch == branch, at_s < before_s, _had(table.box, table.seq, before_s))
    return select(table.box, table.seq).where(*old, ~kept_apart)


def _had(box: InstrumentedAttribute[str], seq: InstrumentedAttribute[int], before_s: float) -> ColumnElement[bool]:
    return exists().where(Event.box == box, Event.seq == seq, Event.received_s < before_s)


def _held(branch: InstrumentedAttribute[str], contact: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    stands = and_(Hold.hold == HeldContact.hold, Hold.lifted_s.is_(None))
    found: Any = select(HeldContact.hold).join(Hold, stands)
    held: ColumnElement[bool] = found.where(HeldContact.branch == branch, HeldContact.contact == contact).exists()
    return held
