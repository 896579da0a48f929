"""The erasures repository: requests to forget a contact or a customer, and how far each is carried out.

A request stays open while one of its contacts is under way; then it is looked at again when that is over.
"""

from __future__ import annotations

import msgspec

from appliance.ids import ContactId
from appliance.store.connection import Connection


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """As the console's tombstone has it; erased, held: contacts so far; recordings: how many went; done: the receipt
    is out, and the customer's number forgotten."""

    request: str
    number: int
    contacts: tuple[ContactId, ...] = ()
    customer: str = ""
    erased: tuple[ContactId, ...] = ()
    held: tuple[ContactId, ...] = ()
    recordings: int = 0
    done: bool = False


class Erasures:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, request: str, number: int) -> Erasure | None:
        text = self._connection.value(
            "SELECT content FROM erasures WHERE request = ? AND number = ?", (request, number)
        )
        return None if text is None else _decode(text)

    def put(self, erasure: Erasure) -> None:
        self._connection.write(
            "INSERT OR REPLACE INTO erasures (request, number, done, content) VALUES (?, ?, ?, ?)",
            (erasure.request, erasure.number, int(erasure.done), msgspec.json.encode(erasure).decode()),
        )

    def open(self) -> list[Erasure]:
        """Those that are not carried out yet, as they came."""
        rows = self._connection.rows("SELECT content FROM erasures WHERE done = 0 ORDER BY number, request")
        return [_decode(row["content"]) for row in rows]

    def contacts_of(self, customer: str) -> list[ContactId]:
        """Every contact of that number, the oldest first."""
        rows = self._connection.rows(
            "SELECT contact FROM contacts WHERE customer = ? ORDER BY started_wall_s, contact", (customer,)
        )
        return [ContactId(row["contact"]) for row in rows]

    def owes_calls_to(self, customer: str) -> bool:
        """Whether the box still has to call that number: a callback asked for, a campaign. What it needs for that stays
        until the call is made, or the errand is cancelled."""
        return bool(self._connection.value("SELECT 1 FROM errands WHERE number = ? AND over = 0 LIMIT 1", (customer,)))

    def forget_customer(self, contact: ContactId) -> None:
        """What is kept of a contact's customer outside its events and its record: messages, errands that are over, and
        records of it that still wait for the console."""
        with self._connection.transaction():
            self._connection.write(
                "UPDATE voicemails SET caller = '', caller_name = '', state = 'deleted' WHERE contact = ?", (contact,)
            )
            self._connection.write("DELETE FROM errands WHERE contact = ? AND over = 1", (contact,))
            self._connection.write(
                "UPDATE outbox SET json = (SELECT record FROM contact_records WHERE contact = ?1)"
                " WHERE kind = 'contact_record' AND json_extract(json, '$.ContactId') = ?1"
                " AND EXISTS (SELECT 1 FROM contact_records WHERE contact = ?1)",
                (contact,),
            )
            self._redact_errands("contact", contact)

    def forget_number(self, customer: str) -> None:
        """Errands that are over, by number. That a number must not be called (do-not-call) stays: it is a wish."""
        with self._connection.transaction():
            self._connection.write("DELETE FROM errands WHERE number = ? AND over = 1", (customer,))
            self._redact_errands("number", customer)

    def _redact_errands(self, field: str, value: str) -> None:
        """In what still waits for the console."""
        self._connection.write(
            "UPDATE outbox SET json = json_set(json, '$.number', '', '$.name', '', '$.attributes', json('{}'))"
            " WHERE kind = 'errand' AND json_extract(json, '$.' || ?) = ?",
            (field, value),
        )


_decode = msgspec.json.Decoder(Erasure).decode
