"""The contact events repository: the append-only truth. Appending also derives the contact's row, its recordings'
rows, the callbacks asked for and the outbox rows, all in the same transaction. Nothing here changes an event, but for
`rewrite`: an erasure request takes the customer out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from appliance.events import AnyBody, ContactEvent, Writer
from appliance.ids import ContactId
from appliance.stamps import Stamp
from appliance.store.boots import Boots
from appliance.store.connection import Connection, Row
from appliance.store.contact_row import ContactRow, derive
from appliance.store.contacts import Contacts
from appliance.store.errands import Errands
from appliance.store.failures import EventConflictError, EventGapError
from appliance.store.order import chronological
from appliance.store.outbox import Outbox
from appliance.store.recordings import Recordings
from appliance.store.voicemails import Voicemails

_encode = msgspec.json.Encoder().encode
_decode: msgspec.json.Decoder[AnyBody] = msgspec.json.Decoder(AnyBody)
_COLUMNS = "contact, writer, seq, boot, mono_s, wall_s, synced, body"


class ContactEvents:
    """Append and read events; a number is accepted once, in order, per contact and writer."""

    def __init__(
        self,
        connection: Connection,
        contacts: Contacts,
        outbox: Outbox,
        *,
        recordings: Recordings,
        voicemails: Voicemails,
        errands: Errands,
    ) -> None:
        self._connection = connection
        self._boots = Boots(connection)
        self._contacts = contacts
        self._recordings = recordings
        self._voicemails = voicemails
        self._errands = errands
        self._outbox = outbox

    def append(self, events: Sequence[ContactEvent]) -> int:
        """Store the events (of any contacts) in one transaction; returns how many were new.

        An event that is stored already is passed over. When this returns, everything is on the disk (in an outer
        transaction: when that ends). Raises EventGapError where a number is missing before an event,
        EventConflictError where a stored number comes with other content; then nothing of the call is stored.
        """
        with self._connection.transaction():
            new = self._new_ones(events)
            self._derive(new)
            for event in new:
                self._outbox.add_event(self._insert(event))
            if new:
                self._boots.seen(new[-1].at)
        return len(new)

    def repair(self, events: Sequence[ContactEvent]) -> int:
        """Store what is missing of a dead contact process's journal, with gaps where the journal has gaps (a full
        disk). Returns how many were new; a stored event is never replaced. For the caretaker."""
        by_contact: dict[ContactId, list[ContactEvent]] = {}
        for event in events:
            by_contact.setdefault(event.contact, []).append(event)
        with self._connection.transaction():
            return sum(self._fill(contact, found) for contact, found in by_contact.items())

    def rewrite(self, contact: ContactId, change: Callable[[AnyBody], AnyBody]) -> int:
        """Replace the contact's events by what `change` makes of them, and what is derived of the contact's row; no
        event goes. Returns how many are others now."""
        with self._connection.transaction():
            rows = self._connection.rows("SELECT id, body FROM events WHERE contact = ? ORDER BY id", (contact,))
            changed = 0
            for row in rows:
                before = _decode.decode(row["body"])
                if (after := change(before)) != before:
                    self._connection.write(
                        "UPDATE events SET body = ? WHERE id = ?", (_encode(after).decode(), row["id"])
                    )
                    changed += 1
            if changed:
                self._derive_again(contact)
        return changed

    def last_seq(self, contact: ContactId, writer: Writer) -> int:
        """The last number stored; 0 if none."""
        found = self._connection.value(
            "SELECT max(seq) FROM events WHERE contact = ? AND writer = ?", (contact, writer.value)
        )
        return int(found or 0)

    def of_contact(self, contact: ContactId) -> list[ContactEvent]:
        """Every event of the contact as it happened (see `order.chronological`)."""
        rows = self._connection.rows(f"SELECT {_COLUMNS} FROM events WHERE contact = ? ORDER BY id", (contact,))
        return chronological(_event(row) for row in rows)

    def newest(self) -> int:
        """The number of the event that was stored last, over all contacts; 0 if there is none."""
        return int(self._connection.value("SELECT ifnull(max(id), 0) FROM events"))

    def after(self, number: int, *, limit: int) -> tuple[int, list[ContactEvent]]:
        """What was stored after event `number` (see `newest`), in the order of storing, and the number it goes up
        to."""
        rows = self._connection.rows(
            f"SELECT id, {_COLUMNS} FROM events WHERE id > ? ORDER BY id LIMIT ?", (number, limit)
        )
        return (rows[-1]["id"] if rows else number), [_event(row) for row in rows]

    def count(self) -> int:
        return int(self._connection.value("SELECT count(*) FROM events"))

    def _fill(self, contact: ContactId, events: Sequence[ContactEvent]) -> int:
        stored = {(event.writer, event.seq) for event in self.of_contact(contact)}
        missing = {(event.writer, event.seq): event for event in events if (event.writer, event.seq) not in stored}
        for event in missing.values():
            self._outbox.add_event(self._insert(event))
            self._recordings.derive(event)
            self._voicemails.derive(event)
            self._errands.derive(event)
        self._derive_again(contact)
        return len(missing)

    def _derive_again(self, contact: ContactId) -> None:
        row: ContactRow | None = None
        for event in self.of_contact(contact):
            row = derive(row, event)
        if row is not None:
            self._contacts.put(row)

    def _new_ones(self, events: Sequence[ContactEvent]) -> list[ContactEvent]:
        last: dict[tuple[ContactId, Writer], int] = {}
        new: dict[tuple[ContactId, Writer, int], ContactEvent] = {}
        for event in events:
            line = (event.contact, event.writer)
            stored = last[line] if line in last else self.last_seq(*line)
            last.setdefault(line, stored)
            if event.seq <= stored:
                self._require_same(event, new.get((*line, event.seq)))
                continue
            if event.seq != stored + 1:
                raise EventGapError(event, stored + 1)
            last[line] = event.seq
            new[(*line, event.seq)] = event
        return list(new.values())

    def _require_same(self, event: ContactEvent, earlier: ContactEvent | None) -> None:
        if earlier is None:
            row = self._connection.row(
                f"SELECT {_COLUMNS} FROM events WHERE contact = ? AND writer = ? AND seq = ?",
                (event.contact, event.writer.value, event.seq),
            )
            earlier = _event(row) if row else None
        if earlier != event:
            raise EventConflictError(event)

    def _derive(self, events: Sequence[ContactEvent]) -> None:
        rows: dict[ContactId, ContactRow | None] = {}
        for event in events:
            before = rows[event.contact] if event.contact in rows else self._contacts.get(event.contact)
            rows[event.contact] = derive(before, event)
            self._recordings.derive(event)
            self._voicemails.derive(event)
            self._errands.derive(event)
        for row in rows.values():
            if row is not None:
                self._contacts.put(row)

    def _insert(self, event: ContactEvent) -> int:
        at = event.at
        body = _encode(event.body).decode()
        values = (event.contact, event.writer.value, event.seq, at.boot, at.mono_s, at.wall_s, int(at.synced), body)
        return self._connection.insert(
            f"INSERT INTO events ({_COLUMNS}, type) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, type(event.body).__name__),
        )


def _event(row: Row) -> ContactEvent:
    return ContactEvent(
        contact=ContactId(row["contact"]),
        writer=Writer(row["writer"]),
        seq=row["seq"],
        at=Stamp(boot=row["boot"], mono_s=row["mono_s"], wall_s=row["wall_s"], synced=bool(row["synced"])),
        body=_decode.decode(row["body"]),
    )
