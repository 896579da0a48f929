"""What agents say of a contact: disposition and notes, during it or afterwards.

A contact that is closed gets a later version of its record, which the console is told of like the first one.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from appliance.clock import Clock
from appliance.errors import RequestError
from appliance.events import AnyBody, ContactClosed, ContactEvent, DispositionChosen, NoteAdded, Writer
from appliance.ids import AgentId, ContactId, QueueId
from appliance.records.contact_record import build_record
from appliance.store.dispositions import EVERY_QUEUE, Disposition
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change
from appliance.switchboard.api.listings import Row, missing
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.store_thread import StoreThread


def add_disposition(store: Store, given: ask.DispositionAdd) -> Change:
    disposition = Disposition(code=given.code, name=given.name, queue=_known_queue(store, given.queue))
    store.dispositions.put(disposition)
    return Change(result=_shown(disposition))


def remove_disposition(store: Store, given: ask.DispositionNamed) -> Change:
    if not store.dispositions.remove(given.code, QueueId(given.queue or EVERY_QUEUE)):
        raise missing("disposition", given.code)
    return Change(result={"code": given.code, "queue": given.queue})


def list_dispositions(store: Store) -> list[Row]:
    """code, name, queue (None: every one)."""
    return [_shown(disposition) for disposition in store.dispositions.all()]


class Outcomes:
    """`box`: the box's name, for records."""

    def __init__(self, *, contacts: Contacts, ledger: Ledger, store: StoreThread, clock: Clock, box: str) -> None:
        self._contacts = contacts
        self._ledger = ledger
        self._store = store
        self._clock = clock
        self._box = box

    async def choose(self, given: ask.ContactDisposition) -> Row:
        """contact, code, name, agent. Raises RequestError for a contact or a code that isn't there."""
        contact = ContactId(given.contact)
        queue, agent = await self._store.run(lambda store: _whose(store, contact))
        found = await self._store.run(lambda store: _meant(store, given.code, queue))
        said = DispositionChosen(code=found.code, name=found.name, agent=_speaker(given.agent, agent))
        await self._say(contact, said)
        return {"contact": contact, "code": said.code, "name": said.name, "agent": said.agent}

    async def note(self, given: ask.ContactNote) -> Row:
        """contact, agent. Raises RequestError for a contact that isn't there."""
        contact = ContactId(given.contact)
        _, agent = await self._store.run(lambda store: _whose(store, contact))
        said = NoteAdded(text=given.text, agent=_speaker(given.agent, agent))
        await self._say(contact, said)
        return {"contact": contact, "agent": said.agent}

    async def latest_of(self, agent: AgentId) -> ContactId | None:
        """The contact that the agent works on after it, else the latest one that is closed."""
        working = [state.contact for state in self._contacts.under_way() if agent in state.working]
        return working[-1] if working else await self._store.run(lambda store: store.records.latest_of(agent))

    async def _say(self, contact: ContactId, said: AnyBody) -> None:
        """An open contact takes it in before it is closed; to a closed one it is added."""
        state = self._contacts.state(contact)
        if state is not None and not state.closed:
            self._contacts.write(contact, said)
            await self._ledger.caught_up()
            return
        await self._ledger.caught_up()
        await self._store.run(lambda store: self._add_late(store, contact, said))

    def _add_late(self, store: Store, contact: ContactId, said: AnyBody) -> None:
        seq = store.events.last_seq(contact, Writer.SWITCHBOARD) + 1
        event = ContactEvent(contact=contact, writer=Writer.SWITCHBOARD, seq=seq, at=self._clock(), body=said)
        with store.transaction():
            store.events.append([event])
            events = store.events.of_contact(contact)
            if any(isinstance(before.body, ContactClosed) for before in events):
                store.records.save(build_record(events, box=self._box))


def _whose(store: Store, contact: ContactId) -> tuple[QueueId | None, AgentId | None]:
    """Queue and agent of a contact. Raises RequestError (`not_found`)."""
    row = store.contacts.get(contact)
    if row is None:
        raise missing("contact", contact)
    return row.queue, row.agent


def _meant(store: Store, code: str, queue: QueueId | None) -> Disposition:
    found = store.dispositions.find(code, queue)
    if found is not None:
        return found
    known: Mapping[str, Disposition] = {one.code: one for one in store.dispositions.of(queue)}
    close = difflib.get_close_matches(code, known, n=1)
    listed = ", ".join(f"{one.code} {one.name}" for one in known.values()) or "none; see 'linekeeper disposition add'"
    remedy = f"did you mean {close[0]} ({known[close[0]].name})?" if close else f"there are {listed}"
    raise RequestError(f"no disposition {code} for this contact; {remedy}", kind="not_found")


def _speaker(given: str | None, agent: AgentId | None) -> AgentId | None:
    return AgentId(given) if given is not None else agent


def _known_queue(store: Store, queue: str | None) -> QueueId:
    if queue is not None and store.queues.get(QueueId(queue)) is None:
        raise missing("queue", queue)
    return QueueId(queue or EVERY_QUEUE)


def _shown(disposition: Disposition) -> Row:
    return {"code": disposition.code, "name": disposition.name, "queue": disposition.queue or None}
