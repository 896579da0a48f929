"""Looks after contacts that nobody else ends: has those closed that are over, repairs those whose process died.

Repair: take what the dead process left in its journal, end its SIP dialogs at the edge, add the missing events; then
the contact is over like any other. It can be interrupted at any point and done again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from appliance.clock import Clock
from appliance.errors import EdgeError
from appliance.events import ContactEvent, Writer
from appliance.ids import ContactId
from appliance.logs import fields
from appliance.records.journal import contact_folder, journal_path, read_journal
from appliance.records.recovery import Remains, look_through
from appliance.store.store import Store
from appliance.switchboard.contacts.closing import Closer
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.tasks import end

logger = logging.getLogger(__name__)

EDGE_TRIES_S = (0.5, 2.0, 5.0)
EndDialog = Callable[[str], Awaitable[int]]


class Caretaker:
    """`end_dialog` ends the dialogs of a Call-ID at the edge."""

    def __init__(
        self,
        *,
        contacts: Contacts,
        ledger: Ledger,
        closer: Closer,
        spool: Path,
        clock: Clock,
        end_dialog: EndDialog,
    ) -> None:
        self._contacts = contacts
        self._ledger = ledger
        self._closer = closer
        self._spool = spool
        self._clock = clock
        self._end_dialog = end_dialog
        self._closing: set[ContactId] = set()
        self._repairing: set[ContactId] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def over(self, state: ContactState) -> None:
        """Implements `carer.Carer`."""
        if state.contact not in self._closing:
            self._closing.add(state.contact)
            self._start(self._close(state), f"close {state.contact}")

    def lost(self, contact: ContactId, why: str, *, long_gone: bool = False) -> None:
        """Implements `carer.Carer`."""
        if contact not in self._repairing:
            self._repairing.add(contact)
            self._start(self._repair(contact, why, long_gone=long_gone), f"repair {contact}")

    def gap(self, contact: ContactId, events: Sequence[ContactEvent]) -> None:
        """Implements `carer.Carer`."""
        self._start(self._fill(contact, events), f"fill {contact}")

    async def stop(self) -> None:
        """Leave what is under way: the next start does it again."""
        await end(self._tasks)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("could not %s: %s; the next start tries again", task.get_name(), error, exc_info=error)

    async def _close(self, state: ContactState) -> None:
        await self._closer.close(state)
        self._closing.discard(state.contact)

    # ── repair ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _repair(self, contact: ContactId, why: str, *, long_gone: bool) -> None:
        stored = await self._store_journal(contact)
        remains = await asyncio.to_thread(self._look_through, contact, stored, why)
        if remains.call_ids:
            self._start(self._end_dialogs(contact, remains.call_ids), f"end the dialogs of {contact}")
        if stored or remains.unknown:
            self._end(contact, stored, remains, long_gone=long_gone)
        else:
            logger.warning("nothing is left of the contact but its folder", extra=fields(contact=contact))
            await asyncio.to_thread(self._closer.remove_folder, contact)
        self._repairing.discard(contact)

    def _look_through(self, contact: ContactId, stored: Sequence[ContactEvent], why: str) -> Remains:
        folder = contact_folder(self._spool, contact)
        return look_through(contact, folder, stored, now=self._clock(), detail=why)

    def _end(self, contact: ContactId, stored: Sequence[ContactEvent], remains: Remains, *, long_gone: bool) -> None:
        if remains.missing:
            logger.warning("contact repaired: its process was gone", extra=fields(contact=contact))
        ended = remains.ended if long_gone else self._clock()
        found = [(body, remains.begun) for body in remains.unknown]
        missing = [(body, ended) for body in remains.missing]
        state = self._contacts.end(contact, stored, [*found, *missing])
        if state.closed:  # and yet a recording is left to finish
            self.over(state)

    async def _fill(self, contact: ContactId, events: Sequence[ContactEvent]) -> None:
        for event in await self._store_journal(contact, events):
            self._contacts.note(event)

    async def _store_journal(self, contact: ContactId, more: Sequence[ContactEvent] = ()) -> list[ContactEvent]:
        """Store what the journal has and the store lacks, with a gap where a full disk left one, and `more`; all
        events of the contact in order. Raises OSError for a bad disk, StoreError."""
        journal = await asyncio.to_thread(read_journal, journal_path(self._spool, contact))
        own = [event for event in (*journal, *more) if event.contact == contact and event.writer is Writer.CONTACT]
        stored: list[ContactEvent] = []

        def write(store: Store) -> None:
            store.events.repair(own)
            stored[:] = store.events.of_contact(contact)

        await self._ledger.write(write)
        return stored

    async def _end_dialogs(self, contact: ContactId, call_ids: Sequence[str]) -> None:
        """The edge may be down as well: a few tries, then its own dialog time-out has to do."""
        waiting = list(call_ids)
        for wait_s in (*EDGE_TRIES_S, 0.0):
            waiting = [call_id for call_id in waiting if not await self._ended(contact, call_id)]
            if not waiting:
                return
            await asyncio.sleep(wait_s)
        logger.error("%d dialogs could not be ended at the edge", len(waiting), extra=fields(contact=contact))

    async def _ended(self, contact: ContactId, call_id: str) -> bool:
        try:
            await self._end_dialog(call_id)
        except EdgeError as error:
            logger.info("a dialog can't be ended yet: %s", error, extra=fields(contact=contact))
            return False
        return True
