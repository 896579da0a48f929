"""Contacts: search by number, time, agent, queue; and all that is known of one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.database.tables import Contact, Event, Recording
from appliance.console.errors import NotFoundError
from appliance.console.ingest.projections.contacts import CONTACT_EVENT, CONTACT_RECORD, turned_round
from appliance.console.people.present import seen
from appliance.console.people.roles import Branches
from appliance.console.reading.documents import (
    ContactDetails,
    ContactPage,
    ContactSummary,
    RecordingSummary,
    RecordVersion,
)
from appliance.errors import RequestError

MOST = 200
MOST_EVENTS = 5000


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """number: the whole one, or how it ends; since_s, until_s: of the first ring; after: `ContactPage.next`. What is
    empty doesn't matter."""

    number: str = ""
    since_s: float | None = None
    until_s: float | None = None
    branch: str = ""
    agent: str = ""
    queue: str = ""
    method: str = ""
    recorded: bool | None = None
    after: str = ""
    limit: int = 50


async def search(session: AsyncSession, allowed: Branches, asked: Search) -> ContactPage:
    """The newest first. Raises RequestError for an `after` that is none."""
    limit = max(1, min(asked.limit, MOST))
    wanted = select(Contact).where(seen(Contact.branch, allowed), *_conditions(asked))
    if asked.after:
        wanted = wanted.where(_place() < tuple_(*_read_place(asked.after)))
    ordered = wanted.order_by(Contact.initiated_s.desc(), Contact.contact.desc()).limit(limit + 1)
    found = list(await session.scalars(ordered))
    more = len(found) > limit
    page = found[:limit]
    return ContactPage(contacts=[summary_of(row) for row in page], next=_written_place(page[-1]) if more else "")


async def details(session: AsyncSession, allowed: Branches, contact: str) -> ContactDetails:
    """Raises NotFoundError."""
    row = (await session.scalars(_one(allowed, contact))).first()
    if row is None:
        raise NotFoundError(f"there is no contact {contact[:60]!r} that you may see")
    events = await _events(session, row.branch, contact)
    recordings = await session.scalars(
        select(Recording)
        .where(Recording.branch == row.branch, Recording.contact == contact)
        .order_by(Recording.started_s, Recording.recording)
    )
    return ContactDetails(
        summary=summary_of(row),
        box=row.box,
        record=msgspec.json.decode(row.record),
        versions=[_version(event) for event in events if event.kind == CONTACT_RECORD],
        events=_each_once([msgspec.json.decode(event.body)["data"] for event in events if event.kind == CONTACT_EVENT]),
        recordings=[_recording(one) for one in recordings],
    )


def summary_of(row: Contact) -> ContactSummary:
    """As lists show it."""
    return ContactSummary(
        branch=row.branch,
        contact=row.contact,
        initiated_s=row.initiated_s,
        method=row.method,
        reason=row.reason,
        customer=row.customer,
        queue=row.queue,
        agent=row.agent,
        flow=row.flow,
        waited_s=row.waited_s,
        lasted_s=row.lasted_s,
        recorded=row.recorded,
        erased=row.erased_s is not None,
    )


def _one(allowed: Branches, contact: str) -> Select[Contact]:
    return select(Contact).where(Contact.contact == contact, seen(Contact.branch, allowed)).order_by(Contact.branch)


def _conditions(asked: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for column, value in (
        (Contact.branch, asked.branch),
        (Contact.agent, asked.agent),
        (Contact.queue, asked.queue),
        (Contact.method, asked.method),
    ):
        if value:
            conditions.append(column == value)
    if asked.number:
        conditions.append(_number(asked.number))
    if asked.since_s is not None:
        conditions.append(Contact.initiated_s >= asked.since_s)
    if asked.until_s is not None:
        conditions.append(Contact.initiated_s < asked.until_s)
    if asked.recorded is not None:
        conditions.append(Contact.recorded.is_(asked.recorded))
    return conditions


def _number(text: str) -> ColumnElement[bool]:
    """The whole number with its plus, or its last digits however they are grouped."""
    if text.strip().startswith("+"):
        return Contact.customer == "+" + turned_round(text)[::-1]
    return Contact.digits.startswith(turned_round(text.strip().lstrip("0")) or "-", autoescape=True)


async def _events(session: AsyncSession, branch: str, contact: str) -> list[Event]:
    """Records and events of the contact, in the order in which the box noted them."""
    found = await session.scalars(
        select(Event)
        .where(Event.branch == branch, Event.contact == contact, Event.kind.in_((CONTACT_EVENT, CONTACT_RECORD)))
        .order_by(Event.received_s, Event.box, Event.seq)
        .limit(MOST_EVENTS)
    )
    return list(found)


def _each_once(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A box in the place of another may have told them again: who wrote an event has numbered it."""
    return list({(event.get("writer"), event.get("seq")): event for event in reversed(events)}.values())[::-1]


def _version(event: Event) -> RecordVersion:
    record = msgspec.json.decode(event.body)["data"]
    last_update = record.get("LastUpdateTimestamp") if isinstance(record, dict) else None
    return RecordVersion(seq=event.seq, last_update=str(last_update or ""), received_s=event.received_s)


def _recording(row: Recording) -> RecordingSummary:
    return RecordingSummary(
        recording=row.recording,
        kind=row.kind,
        media_type=row.media_type,
        started_s=row.started_s,
        duration_s=row.duration_s,
        sealed=row.sealed,
        bytes=row.bytes,
        state=row.state,
    )


def _place() -> ColumnElement[tuple[float, str]]:
    return tuple_(Contact.initiated_s, Contact.contact)


def _written_place(row: Contact) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((row.initiated_s, row.contact))).decode()


def _read_place(text: str) -> tuple[float, str]:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text), type=tuple[float, str])
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise RequestError("'after' is no place in a list; take it from 'next' of the page before") from error
