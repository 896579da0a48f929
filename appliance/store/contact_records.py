"""The contact records repository: the closed account of each contact, versioned by LastUpdateTimestamp.

A later version replaces an earlier one; the same content again changes nothing and tells nobody.
"""

from __future__ import annotations

from typing import Any

import msgspec

from appliance.ids import AgentId, ContactId, QueueId
from appliance.store import facts_of_records
from appliance.store.connection import Connection, Value
from appliance.store.outbox import Outbox

CONTACT_RECORD = "contact_record"
Record = dict[str, Any]


class ContactRecords:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def save(self, record: Record) -> bool:
        """Keep this version; False if just this is stored already, or a newer one is.

        `record` has the shape of reference/connect/contact-record.md; its contact's events must be stored.
        """
        contact, text = record["ContactId"], msgspec.json.encode(record).decode()
        with self._connection.transaction():
            stored = self._connection.row(
                "SELECT last_update, record FROM contact_records WHERE contact = ?", (contact,)
            )
            if stored and (stored["record"] == text or stored["last_update"] > record["LastUpdateTimestamp"]):
                return False
            self._connection.write(
                "INSERT OR REPLACE INTO contact_records (contact, last_update, method, initiated, disconnected,"
                " disconnect_reason, customer, queue, agent, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                _columns(record, text),
            )
            for statement in facts_of_records.of_one():
                self._connection.write(statement, (contact,))
            self._outbox.add(CONTACT_RECORD, record)
        return True

    def get(self, contact: ContactId) -> Record | None:
        text = self._connection.value("SELECT record FROM contact_records WHERE contact = ?", (contact,))
        return None if text is None else _record(text)

    def latest_of(self, agent: AgentId) -> ContactId | None:
        """The contact that this agent was on last."""
        found = self._connection.value(
            "SELECT contact FROM contact_records WHERE agent = ? ORDER BY initiated DESC, contact LIMIT 1", (agent,)
        )
        return None if found is None else ContactId(str(found))

    def between(
        self, since: str, until: str, *, queue: QueueId | None = None, agent: AgentId | None = None, limit: int = 1000
    ) -> list[Record]:
        """Records with `since <= InitiationTimestamp < until` (`2026-11-22T09:30:00Z`), oldest first."""
        rows = self._connection.rows(
            "SELECT record FROM contact_records WHERE initiated >= ? AND initiated < ?"
            " AND (?3 IS NULL OR queue = ?3) AND (?4 IS NULL OR agent = ?4) ORDER BY initiated, contact LIMIT ?5",
            (since, until, queue, agent, limit),
        )
        return [_record(row["record"]) for row in rows]

    def latest(self, limit: int = 50) -> list[Record]:
        """The newest records first."""
        rows = self._connection.rows(
            "SELECT record FROM contact_records ORDER BY initiated DESC, contact LIMIT ?", (limit,)
        )
        return [_record(row["record"]) for row in rows]


def _columns(record: Record, text: str) -> tuple[Value, ...]:
    return (
        record["ContactId"],
        record["LastUpdateTimestamp"],
        record["InitiationMethod"],
        record["InitiationTimestamp"],
        record["DisconnectTimestamp"],
        record["DisconnectReason"],
        (record["CustomerEndpoint"] or {}).get("Address"),
        (record["Queue"] or {}).get("Name"),
        (record["Agent"] or {}).get("Username"),
        text,
    )


def _record(text: str) -> Record:
    record: Record = msgspec.json.decode(text)
    return record
