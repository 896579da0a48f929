"""Looks after contacts that nobody else ends: closes those that are over, repairs those whose process died.

Closing: finish the recordings, then in one transaction the last events, the record built from all events, and
ContactClosed; then the spool folder goes. Repair: take what the dead process left in its journal, end its SIP dialogs
at the edge, add the missing events; then close. Both can be interrupted at any point and done again.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from appliance import events as said
from appliance.config.paths import BoxPaths
from appliance.errors import EdgeError, RecordError, StoreError
from appliance.events import ContactEvent, Writer
from appliance.ids import ContactId, RecordingId
from appliance.logs import fields
from appliance.records.contact_record import build_record
from appliance.records.finish import RecordingLostError, recording_sources
from appliance.records.journal import contact_folder, journal_path, read_journal
from appliance.records.repair import closing_events
from appliance.stamps import Stamp
from appliance.store.store import Store
from appliance.switchboard.contact_state import ContactState
from appliance.switchboard.contacts import Contacts
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.store_thread import StoreThread

logger = logging.getLogger(__name__)

FINISH_TRIES_S = (1.0, 5.0, 30.0)  # waits between tries to finish a recording
EDGE_TRIES_S = (0.5, 2.0, 5.0)
Record = dict[str, Any]
Finish = Callable[..., Awaitable[said.RecordingFinished]]
EndDialog = Callable[[str], Awaitable[int]]


class Caretaker:
    """`finish` makes a recording's file, `end_dialog` ends the dialogs of a Call-ID, `counted` hears of each record."""

    def __init__(
        self,
        *,
        contacts: Contacts,
        ledger: Ledger,
        store: StoreThread,
        paths: BoxPaths,
        box: str,
        finish: Finish,
        end_dialog: EndDialog,
        counted: Callable[[Record], None],
    ) -> None:
        self._contacts = contacts
        self._ledger = ledger
        self._store = store
        self._paths = paths
        self._box = box
        self._finish = finish
        self._end_dialog = end_dialog
        self._counted = counted
        self._closing: set[ContactId] = set()
        self._repairing: set[ContactId] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def over(self, state: ContactState) -> None:
        """Implements `carer.Carer`."""
        if state.contact not in self._closing:
            self._closing.add(state.contact)
            self._start(self._close(state), f"close {state.contact}")

    def lost(self, contact: ContactId, why: str) -> None:
        """Implements `carer.Carer`."""
        if contact not in self._repairing:
            self._repairing.add(contact)
            self._start(self._repair(contact, why), f"repair {contact}")

    def gap(self, contact: ContactId) -> None:
        """Implements `carer.Carer`."""
        self._start(self._fill(contact), f"fill {contact}")

    async def stop(self) -> None:
        """Leave what is under way: the next start does it again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("could not %s: %s; the next start tries again", task.get_name(), error, exc_info=error)

    # ── repair ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _repair(self, contact: ContactId, why: str) -> None:
        await self._fill(contact)
        state = self._contacts.state(contact)
        if state is None:
            logger.warning("nothing is known of the contact; its folder stays", extra=fields(contact=contact))
            return
        call_ids = [leg.sip_call_id for leg in state.legs.values()]
        if call_ids:
            self._start(self._end_dialogs(contact, call_ids), f"end the dialogs of {contact}")
        await self._ledger.written()
        events = await self._store.run(lambda store: store.events.of_contact(contact))
        bodies = closing_events(events, detail=why)
        if bodies:
            logger.warning("contact repaired: %s", why, extra=fields(contact=contact))
        for body in bodies:
            self._contacts.write(contact, body)
        self._repairing.discard(contact)
        self._contacts.release(state)

    async def _fill(self, contact: ContactId) -> None:
        """Store what the journal has and the store has not, up to the first number that is missing in both."""
        journal = await asyncio.to_thread(read_journal, journal_path(self._paths.spool, contact))
        stored = await self._store.run(lambda store: store.events.last_seq(contact, Writer.CONTACT))
        missing = _following(journal, contact, stored)
        if missing:
            await self._contacts.take_from_journal(missing)

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

    # ── closing ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _close(self, state: ContactState) -> None:
        finished, lost, kept = await self._finish_all(state)
        bodies: list[said.AnyBody] = [*finished, said.ContactClosed()]
        events = self._contacts.finish(state.contact, bodies)
        record = await self._write_record(state.contact, events, lost)
        self._contacts.closed_for_good(state.contact)
        self._closing.discard(state.contact)
        if record is not None:
            self._counted(record)
        if not kept:
            await asyncio.to_thread(self._remove_spool, state.contact)
        logger.info("contact closed", extra=fields(contact=state.contact))

    async def _finish_all(
        self, state: ContactState
    ) -> tuple[list[said.RecordingFinished], list[RecordingId], list[RecordingId]]:
        """What was finished, what never can be, and what could not be now (its sources are kept)."""
        finished: list[said.RecordingFinished] = []
        lost: list[RecordingId] = []
        kept: list[RecordingId] = []
        for recording, (started, at) in state.unfinished.items():
            try:
                finished.append(await self._finish_one(started, at))
            except RecordingLostError as error:
                logger.error("%s", error, extra=fields(contact=state.contact))
                lost.append(recording)
            except RecordError as error:
                logger.error("recording given up, its parts stay in the spool: %s", error)
                kept.append(recording)
        return finished, lost, kept

    async def _finish_one(self, started: said.RecordingStarted, at: Stamp) -> said.RecordingFinished:
        sources = recording_sources(
            started.recording,
            customer=started.customer_path,
            agent=started.agent_path,
            rate_hz=started.rate_hz,
            started=at,
        )
        for wait_s in FINISH_TRIES_S:
            try:
                return await self._finish(sources)
            except RecordingLostError:
                raise
            except RecordError as error:
                logger.warning("%s; trying again in %g s", error, wait_s)
                await asyncio.sleep(wait_s)
        return await self._finish(sources)

    async def _write_record(
        self, contact: ContactId, events: Sequence[ContactEvent], lost: Sequence[RecordingId]
    ) -> Record | None:
        built: list[Record] = []

        def write(store: Store) -> None:
            store.events.append(events)
            for recording in lost:
                store.recordings.mark_lost(recording)
            built[:] = [build_record(store.events.of_contact(contact), box=self._box)]
            store.records.save(built[0])

        try:
            await self._ledger.write(write)
        except StoreError as error:
            logger.error("the record could not be stored: %s", error, extra=fields(contact=contact))
            return None
        return built[0]

    def _remove_spool(self, contact: ContactId) -> None:
        shutil.rmtree(contact_folder(self._paths.spool, contact), ignore_errors=True)


def _following(journal: Sequence[ContactEvent], contact: ContactId, stored: int) -> list[ContactEvent]:
    """The journal's events after number `stored`, without a gap."""
    following: list[ContactEvent] = []
    for event in sorted(journal, key=lambda event: event.seq):
        if event.contact == contact and event.writer is Writer.CONTACT and event.seq == stored + len(following) + 1:
            following.append(event)
    return following
