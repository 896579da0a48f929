"""The outbox: what the console has not yet been told, numbered per box, written in the transaction of the change.

Sync reads it in order and acknowledges cumulatively (a later issue adds the hash chain and the delivery). Other
repositories call `add` inside their own transaction; nobody else does.
"""

from __future__ import annotations

import msgspec

from appliance.store.connection import Connection, Row

CONTACT_EVENT = "contact_event"


class OutboxRow(msgspec.Struct, frozen=True, kw_only=True):
    """`seq` counts from 1 without gaps and is never reused; `json` is the change as text."""

    seq: int
    kind: str
    json: str


class Outbox:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, kind: str, change: object) -> int:
        """Add one change (anything msgspec can encode); returns its number."""
        text = msgspec.json.encode(change).decode()
        return self._connection.insert("INSERT INTO outbox (kind, json) VALUES (?, ?)", (kind, text))

    def add_event(self, event: int) -> int:
        """Add a stored contact event by its row number: it is not copied."""
        return self._connection.insert("INSERT INTO outbox (kind, event) VALUES (?, ?)", (CONTACT_EVENT, event))

    def pending(self, *, after: int = 0, limit: int = 500) -> list[OutboxRow]:
        """The rows after number `after`, in order."""
        rows = self._connection.rows(
            "SELECT o.seq, o.kind, o.json, e.contact, e.writer, e.seq AS event_seq, e.boot, e.mono_s, e.wall_s,"
            " e.synced, e.body FROM outbox AS o LEFT JOIN events AS e ON e.id = o.event"
            " WHERE o.seq > ? ORDER BY o.seq LIMIT ?",
            (after, limit),
        )
        return [OutboxRow(seq=row["seq"], kind=row["kind"], json=row["json"] or _event_json(row)) for row in rows]

    def acknowledge(self, seq: int) -> None:
        """The console has everything up to and including `seq`: forget those rows."""
        self._connection.write("DELETE FROM outbox WHERE seq <= ?", (seq,))

    def depth(self) -> int:
        """How many rows wait."""
        return int(self._connection.value("SELECT count(*) FROM outbox"))


def _event_json(row: Row) -> str:
    at = {"boot": row["boot"], "mono_s": row["mono_s"], "wall_s": row["wall_s"], "synced": bool(row["synced"])}
    fields = {"contact": row["contact"], "writer": row["writer"], "seq": row["event_seq"], "at": at}
    return msgspec.json.encode({**fields, "body": msgspec.Raw(row["body"].encode())}).decode()
