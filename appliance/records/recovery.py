"""After a crash: closes every contact that nobody works on any more, from its journal, its audio and the store.

For each orphan: store what the journal has and the store lacks; write the missing events (`repair`), stamped with the
last sign of life (the last event, or the end of the audio recorded after it); finish its recordings; close it and
build its record; only then remove its spool folder. Every step may be repeated, so a crash in here loses nothing.
Must only be given contacts without a live process. Not for the call path: it waits for sox and the disk.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from appliance import events as ev
from appliance.acd.model import Activity
from appliance.clock import Clock
from appliance.errors import ApplianceError, RecordError
from appliance.ids import ContactId, RecordingId
from appliance.logs import fields
from appliance.records.arns import LOCAL_ACCOUNT
from appliance.records.contact_record import build_record
from appliance.records.finish import RecordingLostError, finish_recording, recording_sources
from appliance.records.journal import contact_folder, journal_path, read_journal
from appliance.records.repair import closing_events
from appliance.records.traces import USUAL_RATE_HZ, last_sign, unknown_audio
from appliance.stamps import Stamp
from appliance.store import RecordingRow, RecordingStatus, Store

_log = logging.getLogger(__name__)


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one orphan. `closed` False with no `problem`: an agent's after-contact work still goes on."""

    contact: ContactId
    stored: int = 0
    repaired: int = 0
    finished: tuple[RecordingId, ...] = ()
    lost: tuple[RecordingId, ...] = ()
    closed: bool = False
    problem: str | None = None


def orphans(spool: Path, store: Store, claimed: Collection[ContactId]) -> list[ContactId]:
    """Contacts with a spool folder, or open in the store, that no live contact process claims."""
    folders = {ContactId(entry.name) for entry in spool.iterdir() if entry.is_dir()} if spool.exists() else set()
    under_way = {row.contact for row in store.contacts.under_way()}
    return sorted((folders | under_way) - set(claimed))


class Recoverer:
    """Where everything lies, and what the box is called in records."""

    def __init__(
        self, *, spool: Path, recordings: Path, store: Store, clock: Clock, box: str, account: str = LOCAL_ACCOUNT
    ) -> None:
        self._spool = spool
        self._recordings = recordings
        self._store = store
        self._clock = clock
        self._box = box
        self._account = account

    def recover(self, claimed: Collection[ContactId]) -> list[Recovery]:
        """Recover every orphan, one after the other; one that can't be recovered now is left for the next time."""
        return [self.recover_contact(contact) for contact in orphans(self._spool, self._store, claimed)]

    def recover_contact(self, contact: ContactId) -> Recovery:
        """Recover one orphan; never raises an ApplianceError: what went wrong is the result's `problem`."""
        try:
            found = self._recover(contact)
        except (ApplianceError, OSError) as error:
            _log.error("contact could not be recovered: %s", error, extra=fields(contact=contact))
            return Recovery(contact=contact, problem=str(error))
        _log.info(
            "contact recovered: %d events from its journal, %d written, %d recordings",
            found.stored,
            found.repaired,
            len(found.finished),
            extra=fields(contact=contact),
        )
        return found

    def _recover(self, contact: ContactId) -> Recovery:
        stored = self._store_journal(contact)
        repaired = self._end_media(contact)
        finished, lost = self._finish_recordings(contact)
        closed = self._close(contact)
        folder = contact_folder(self._spool, contact)
        if folder.exists():
            shutil.rmtree(folder)
        return Recovery(contact=contact, stored=stored, repaired=repaired, finished=finished, lost=lost, closed=closed)

    def _store_journal(self, contact: ContactId) -> int:
        journal = read_journal(journal_path(self._spool, contact))
        return self._store.events.repair([event for event in journal if event.contact == contact])

    def _end_media(self, contact: ContactId) -> int:
        """Write the events that are missing, in one transaction; returns how many."""
        with self._store.transaction():
            events = self._store.events.of_contact(contact)
            row = self._store.contacts.get(contact)
            unknown = unknown_audio(contact_folder(self._spool, contact), events)
            if (not events and not unknown) or (row is not None and not row.open):
                return 0
            self._append(contact, unknown, last_sign(events) if events else self._clock())
            events = self._store.events.of_contact(contact)
            missing = closing_events(events, detail="the contact process died")
            self._append(contact, missing, last_sign(events))
        return len(unknown) + len(missing)

    def _finish_recordings(self, contact: ContactId) -> tuple[tuple[RecordingId, ...], tuple[RecordingId, ...]]:
        finished: list[RecordingId] = []
        lost: list[RecordingId] = []
        problems: list[str] = []
        for row in self._store.recordings.of_contact(contact):
            if row.status in (RecordingStatus.FINISHED, RecordingStatus.LOST):
                continue
            try:
                self._finish(row)
                finished.append(row.recording)
            except RecordingLostError as error:
                _log.warning("%s", error, extra=fields(contact=contact))
                self._store.recordings.mark_lost(row.recording)
                lost.append(row.recording)
            except RecordError as error:
                problems.append(str(error))
        if problems:
            self._save_record(contact)
            raise RecordError("; ".join(problems))
        return tuple(finished), tuple(lost)

    def _finish(self, row: RecordingRow) -> None:
        sources = recording_sources(
            row.recording,
            customer=row.customer_path or "",
            agent=row.agent_path or "",
            rate_hz=row.rate_hz or USUAL_RATE_HZ,
            started=row.started,
        )
        done = finish_recording(sources, self._recordings)
        self._append(row.contact, [done.event()], self._clock())

    def _close(self, contact: ContactId) -> bool:
        """ContactClosed and the record, in one transaction. Not while an agent is in after-contact work for it."""
        with self._store.transaction():
            row = self._store.contacts.get(contact)
            if row is None:
                return False
            if row.open:
                if self._in_wrap_up(contact):
                    return False
                self._append(contact, [*self._wrap_up_end(contact), ev.ContactClosed()], self._clock())
            self._save_record(contact)
        return True

    def _in_wrap_up(self, contact: ContactId) -> bool:
        states = self._store.agent_states.all()
        return any(state.contact == contact and state.activity is Activity.AFTER_CONTACT_WORK for state in states)

    def _wrap_up_end(self, contact: ContactId) -> list[ev.AnyBody]:
        """The end of an after-contact work that nobody is in any more."""
        open_for = {}
        for event in self._store.events.of_contact(contact):
            match event.body:
                case ev.AfterContactWorkStarted(agent=agent):
                    open_for[agent] = True
                case ev.AfterContactWorkEnded(agent=agent):
                    open_for.pop(agent, None)
        return [ev.AfterContactWorkEnded(agent=agent) for agent in open_for]

    def _save_record(self, contact: ContactId) -> None:
        events = self._store.events.of_contact(contact)
        self._store.records.save(build_record(events, box=self._box, account=self._account))

    def _append(self, contact: ContactId, bodies: Sequence[ev.AnyBody], at: Stamp) -> None:
        first = self._store.events.last_seq(contact, ev.Writer.SWITCHBOARD) + 1
        self._store.events.append(
            [
                ev.ContactEvent(contact=contact, writer=ev.Writer.SWITCHBOARD, seq=seq, at=at, body=body)
                for seq, body in enumerate(bodies, start=first)
            ]
        )
