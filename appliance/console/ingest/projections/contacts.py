"""Contact records: the newest version of each in full, with what one searches by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.cloud.errors import MalformedError
from appliance.console.database.tables import Contact
from appliance.console.database.upserting import Insert, put_rows
from appliance.console.ingest.arriving import Arrived, Sender
from appliance.console.ingest.event_data import instant_of, log, name_of, readable, text_of
from appliance.metrics.contact_facts import ContactFacts, contact_facts

CONTACT_RECORD = "contact_record"
CONTACT_EVENT = "contact_event"
Record = dict[str, Any]


async def project(session: AsyncSession, sender: Sender, events: Sequence[Arrived], _: float) -> None:
    """A later version replaces an earlier one, whichever comes last; an erased contact stays erased."""
    rows = [row for one, record in readable(events, Record) if (row := _row_or_none(sender, one, record)) is not None]
    await put_rows(session, Contact, rows, change=_counted, when=_is_newer)


def _counted(insert: Insert) -> Mapping[str, ColumnElement[Any]]:
    """The same version again is none."""
    return {"versions": Contact.versions + case((insert.excluded.record != Contact.record, 1), else_=0)}


def _is_newer(insert: Insert) -> ColumnElement[bool]:
    return (insert.excluded.last_update >= Contact.last_update) & Contact.erased_s.is_(None)


async def pass_over(_session: AsyncSession, _sender: Sender, _events: Sequence[Arrived], _: float) -> None:
    """A contact's events are read from the events' table itself."""


def _row_or_none(sender: Sender, one: Arrived, record: Record) -> dict[str, object] | None:
    try:
        return contact_row(sender, one, record)
    except MalformedError as error:
        log.warning("event %s of %s is no contact record: %s", one.seq, one.event.source, error)
        return None


def contact_row(sender: Sender, one: Arrived, record: Record) -> dict[str, object]:
    """Raises MalformedError for a record without what makes one."""
    try:
        facts = contact_facts(record)
        customer = (record.get("CustomerEndpoint") or {}).get("Address")
        recorded = bool(record.get("Recordings"))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise MalformedError(f"{type(error).__name__} {error}") from error
    return {
        "branch": sender.branch,
        "contact": name_of(facts.contact),
        "box": sender.box,
        "seq": one.seq,
        "versions": 1,
        "last_update": name_of(record["LastUpdateTimestamp"]),
        "initiated_s": instant_of(facts.initiated),
        "counted_s": instant_of(facts.counted),
        **_searched(facts, customer),
        "recorded": recorded,
        "record": text_of(one.event.data),
        "erased_s": None,
    }


def _searched(facts: ContactFacts, customer: object) -> Mapping[str, object]:
    number = name_of(customer)
    ended = facts.disconnected
    return {
        "method": name_of(facts.method),
        "reason": name_of(facts.reason),
        "customer": number,
        "digits": turned_round(number),
        "queue": name_of(facts.queue),
        "agent": name_of(facts.agent),
        "flow": name_of(facts.flow),
        "waited_s": _seconds(facts.waited),
        "lasted_s": None if ended is None else float(max(0, ended - facts.initiated)),
    }


def turned_round(number: str) -> str:
    """The digits of a number, last first, so that the end of a number is found by an index."""
    return "".join(letter for letter in reversed(number) if letter.isalnum())


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


KINDS = {CONTACT_RECORD: project, CONTACT_EVENT: pass_over}
