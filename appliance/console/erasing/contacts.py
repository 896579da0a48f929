"""Takes the customer out of what the console keeps of a contact. That there was a contact stays, and so do metrics.

Events keep their digests, so that the chain can still be followed. Files go by `background`, after the commit. Doing it
twice changes nothing more; events that came in between are found by the second time.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from appliance import events as ev
from appliance.cloud import envelope
from appliance.cloud.errors import MalformedError
from appliance.console.database.tables import Contact, Event, Recording, Wave, WebhookDelivery
from appliance.console.ingest.projections.contacts import CONTACT_EVENT, CONTACT_RECORD
from appliance.console.uploads.rows import ERASED
from appliance.records.scrubbing import customer_words, scrubbed, scrubbed_record, without_words

Words = frozenset[str]
_UNREADABLE = b'{"data":{}}'  # what is left of an event that nobody could read
_decode_record = msgspec.json.Decoder(dict[str, Any]).decode


async def erase_contact(session: AsyncSession, branch: str, contact: str, *, now_s: float, customer: str = "") -> None:
    """customer: the number by which it was asked for, if it was."""
    row = await session.get(Contact, (branch, contact))
    words: Words = frozenset({customer} if customer else ())
    if row is not None:
        record = _decode_record(row.record)
        words |= customer_words(record)
        row.record = msgspec.json.encode(scrubbed_record(record)).decode()
        row.customer = row.digits = ""
        row.erased_s = row.erased_s or now_s
    await _erase_events(session, branch, contact, words, now_s)
    of_it = (Recording.branch == branch, Recording.contact == contact)
    recordings = list(await session.scalars(select(Recording.recording).where(*of_it)))
    await session.execute(update(Recording).where(*of_it).values(state=ERASED))
    await session.execute(delete(Wave).where(Wave.branch == branch, Wave.recording.in_(recordings)))
    await session.execute(
        delete(WebhookDelivery).where(WebhookDelivery.branch == branch, WebhookDelivery.subject == contact)
    )


async def contacts_of(session: AsyncSession, branches: list[str], customer: str) -> list[tuple[str, str]]:
    """Branch and contact of everything that this number has."""
    query = select(Contact.branch, Contact.contact).where(Contact.customer == customer, Contact.branch.in_(branches))
    return [(branch, contact) for branch, contact in (await session.execute(query)).all()]


async def branches_of(session: AsyncSession, contacts: list[str]) -> dict[str, str]:
    """Contact → branch, of those that are known."""
    known = select(Contact.contact, Contact.branch).where(Contact.contact.in_(contacts))
    told = select(Event.contact, Event.branch).where(Event.contact.in_(contacts)).distinct()
    found = {contact: branch for contact, branch in (await session.execute(told)).all()}
    return found | {contact: branch for contact, branch in (await session.execute(known)).all()}


async def _erase_events(session: AsyncSession, branch: str, contact: str, words: Words, now_s: float) -> None:
    of_it = (Event.branch == branch, Event.contact == contact, Event.erased_s.is_(None))
    for event in await session.scalars(select(Event).where(*of_it)):
        event.body = scrubbed_event(event.body, words)
        event.erased_s = now_s


def scrubbed_event(body: bytes, words: Words) -> bytes:
    """A shorter event of the same number. words: number and name of the customer."""
    try:
        event = envelope.decode(body)
        data = _scrubbed_data(event.kind, event.data, words)
    except (MalformedError, msgspec.MsgspecError):
        return _UNREADABLE
    return msgspec.json.encode(msgspec.structs.replace(event, data=msgspec.Raw(data)))


def _scrubbed_data(kind: str, data: msgspec.Raw, words: Words) -> bytes:
    if kind == CONTACT_EVENT:
        event = ev.decode_event(bytes(data))
        return ev.encode_event(msgspec.structs.replace(event, body=scrubbed(event.body)))
    if kind == CONTACT_RECORD:
        return msgspec.json.encode(scrubbed_record(_decode_record(data)))
    return msgspec.json.encode(without_words(msgspec.json.decode(data), words))
