"""Writes a contact's journal: one line per event, appended before anybody else hears of it.

Appending is a plain write (it survives the death of the process); making it durable against a power cut is the
keeper's job (`appliance.contact.keeper`), so that no call path waits for a disk; the exception is
`make_durable`, before somebody is dialled who must not be dialled twice. Reading is the records' job.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from appliance.clock import Clock
from appliance.events import AnyBody, ContactEvent, Writer, encode_event
from appliance.ids import ContactId

JOURNAL = "journal.jsonl"
_log = logging.getLogger(__name__)


class Journal:
    """The events of one contact segment, numbered from 1."""

    def __init__(self, spool: Path, contact: ContactId, clock: Clock, *, seq: int = 0) -> None:
        """Makes `<spool>/<contact>/`; where the disk refuses, calls go on without a journal. `seq`: the last number
        that an earlier process has given to an event of this contact."""
        self.contact = contact
        self.folder = spool / contact
        self._clock = clock
        self._seq = seq
        self._file = -1
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.folder / JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            _log.error("journal of %s can't be made: %s; is the disk full or read-only?", contact, error)

    def append(self, body: AnyBody) -> ContactEvent:
        """Stamp, number and write one event. A full disk loses the line, not the call: the link still carries it."""
        self._seq += 1
        event = ContactEvent(contact=self.contact, writer=Writer.CONTACT, seq=self._seq, at=self._clock(), body=body)
        try:
            os.write(self._file, encode_event(event) + b"\n")
        except OSError as error:
            _log.error("journal of %s: %s; the event is kept in memory and on the link only", self.contact, error)
        return event

    def make_durable(self) -> None:
        """Wait until all that was appended is on the disk: before something is done that must not be done twice."""
        try:
            os.fdatasync(self._file)
        except OSError as error:
            _log.error("journal of %s: %s; it may not survive a power cut", self.contact, error)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
