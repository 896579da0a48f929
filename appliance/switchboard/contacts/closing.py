"""Closes a contact that is over: its recordings are finished, its record is built, its spool folder goes.

The last events and the record are stored in one transaction; only then are the sources removed. A recording that
can't be finished now (full disk) keeps the contact open: there is a record without it after some tries, and the
finishing is tried again for as long as it takes. Interrupted at any point, it can be done again from the start.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from appliance.errors import RecordError
from appliance.events import AnyBody, ContactClosed, RecordingFinished
from appliance.ids import ContactId, RecordingId
from appliance.logs import fields
from appliance.records.contact_record import build_record
from appliance.records.finish import RecordingLostError, RecordingSources, recording_sources
from appliance.records.journal import contact_folder
from appliance.records.pauses import Pause, pauses_of
from appliance.records.traces import USUAL_RATE_HZ
from appliance.store.recordings import RecordingRow, RecordingStatus
from appliance.store.store import Store
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.ledger import Ledger

logger = logging.getLogger(__name__)

FINISH_TRIES_S = (1.0, 5.0, 30.0)  # waits between the first tries to finish a recording
FINISH_LATER_S = 600.0  # and between all others
_DONE = tuple(set(RecordingStatus) - {RecordingStatus.RECORDING, RecordingStatus.STOPPED})
Record = dict[str, Any]
Finish = Callable[[RecordingSources], Awaitable[RecordingFinished]]


class Finishing(msgspec.Struct, kw_only=True):
    """What one try came to. `left`: recordings that could not be finished now, and why."""

    finished: list[RecordingFinished] = msgspec.field(default_factory=list)
    lost: list[RecordingId] = msgspec.field(default_factory=list)
    left: list[str] = msgspec.field(default_factory=list)


class Closer:
    """`finish` makes a recording's file, `counted` hears of each contact's first record."""

    def __init__(
        self,
        *,
        contacts: Contacts,
        ledger: Ledger,
        spool: Path,
        box: str,
        finish: Finish,
        counted: Callable[[Record], None],
    ) -> None:
        self._contacts = contacts
        self._ledger = ledger
        self._spool = spool
        self._box = box
        self._finish = finish
        self._counted = counted

    async def close(self, state: ContactState) -> None:
        """Until it is closed; also finishes what a closed contact lacks. Raises StoreError, with everything kept."""
        for wait_s, tries_over in _waits():
            outcome = await self._finish_all(state)
            if not outcome.left:
                break
            logger.warning(
                "%s; tried again in %g s", "; ".join(outcome.left), wait_s, extra=fields(contact=state.contact)
            )
            await self._store(state, outcome, [], record=tries_over)
            await asyncio.sleep(wait_s)
        await self._store(state, outcome, [] if state.closed else [ContactClosed()], record=True)
        self._contacts.closed_for_good(state.contact)
        await asyncio.to_thread(self.remove_folder, state.contact)
        logger.info("contact closed", extra=fields(contact=state.contact))

    def remove_folder(self, contact: ContactId) -> None:
        """Blocks. Everything in it has to be in the store."""
        shutil.rmtree(contact_folder(self._spool, contact), ignore_errors=True)

    async def _finish_all(self, state: ContactState) -> Finishing:
        outcome = Finishing()
        for row, pauses in await self._unfinished(state.contact):
            try:
                outcome.finished.append(await self._finish(_sources(row, pauses)))
            except RecordingLostError as error:
                logger.error("%s", error, extra=fields(contact=state.contact))
                outcome.lost.append(row.recording)
            except RecordError as error:
                outcome.left.append(str(error))
        return outcome

    async def _unfinished(self, contact: ContactId) -> list[tuple[RecordingRow, tuple[Pause, ...]]]:
        """Read behind everything that is yet to be written."""
        rows: list[tuple[RecordingRow, tuple[Pause, ...]]] = []

        def read(store: Store) -> None:
            left = [row for row in store.recordings.of_contact(contact) if row.status not in _DONE]
            pauses = pauses_of(event.body for event in store.events.of_contact(contact)) if left else {}
            rows.extend((row, pauses.get(row.recording, ())) for row in left)

        await self._ledger.write(read)
        return rows

    async def _store(self, state: ContactState, outcome: Finishing, last: Sequence[AnyBody], *, record: bool) -> None:
        events = self._contacts.finish(state.contact, [*outcome.finished, *last])
        first: list[Record] = []

        def write(store: Store) -> None:
            for recording in outcome.lost:
                store.recordings.mark_lost(recording)
            store.events.append(events)
            if record:
                first[:] = self._save_record(store, state.contact)

        await self._ledger.write(write)
        for made in first:
            self._counted(made)

    def _save_record(self, store: Store, contact: ContactId) -> list[Record]:
        """The record if it is the contact's first one: each contact counts once."""
        before = store.records.get(contact)
        made = build_record(store.events.of_contact(contact), box=self._box)
        store.records.save(made)
        return [made] if before is None else []


def _waits() -> Iterator[tuple[float, bool]]:
    """Seconds to the next try, and whether the quick ones are over."""
    quick = ((wait_s, wait_s == FINISH_TRIES_S[-1]) for wait_s in FINISH_TRIES_S)
    return itertools.chain(quick, itertools.repeat((FINISH_LATER_S, True)))


def _sources(row: RecordingRow, pauses: tuple[Pause, ...]) -> RecordingSources:
    return recording_sources(
        row.recording,
        customer=row.customer_path or "",
        agent=row.agent_path or "",
        rate_hz=row.rate_hz or USUAL_RATE_HZ,
        started=row.started,
        pauses=pauses,
    )
