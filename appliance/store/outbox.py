"""The outbox: what the console has not yet been told, numbered per box, written in the transaction of the change.

Sync reads it in order and acknowledges cumulatively. Other repositories call `add` inside their own transaction; nobody
else does. Numbers only ever grow; what was thinned out leaves a gap.
"""

from __future__ import annotations

import msgspec

from appliance import clock
from appliance.cloud.noted import THINNABLE
from appliance.errors import StoreError
from appliance.store.connection import Connection, Row

CONTACT_EVENT = "contact_event"


class OutboxRow(msgspec.Struct, frozen=True, kw_only=True):
    """`seq` is never reused; `json` is the change as text; `wall_s`: when it was written, None where a version that
    didn't note it wrote it; `contact`: of a contact event, else ""."""

    seq: int
    kind: str
    json: str
    wall_s: float | None = None
    synced: bool = False
    contact: str = ""


class Outbox:
    def __init__(self, connection: Connection, now: clock.Clock = clock.now) -> None:
        self._connection = connection
        self._now = now

    def add(self, kind: str, change: object) -> int:
        """Add one change (anything msgspec can encode); returns its number."""
        text, now = msgspec.json.encode(change).decode(), self._now()
        return self._connection.insert(
            "INSERT INTO outbox (kind, json, wall_s, synced) VALUES (?, ?, ?, ?)",
            (kind, text, float(now.wall_s), int(now.synced)),
        )

    def add_event(self, event: int) -> int:
        """Add a stored contact event by its row number: it is not copied."""
        return self._connection.insert("INSERT INTO outbox (kind, event) VALUES (?, ?)", (CONTACT_EVENT, event))

    def pending(self, *, after: int = 0, limit: int = 500) -> list[OutboxRow]:
        """The rows after number `after`, in order."""
        rows = self._connection.rows(
            "SELECT o.seq, o.kind, o.json, o.wall_s AS noted_s, o.synced AS noted_synced, e.contact, e.writer,"
            " e.seq AS event_seq, e.boot, e.mono_s, e.wall_s, e.synced, e.body"
            " FROM outbox AS o LEFT JOIN events AS e ON e.id = o.event WHERE o.seq > ? ORDER BY o.seq LIMIT ?",
            (after, limit),
        )
        return [_of_event(row) if row["json"] is None else _of_change(row) for row in rows]

    def acknowledge(self, seq: int) -> int:
        """The console has everything up to and including `seq`: forget those rows. Returns how many."""
        return self._connection.write("DELETE FROM outbox WHERE seq <= ?", (seq,))

    def thin(self, kind: str, *, before_wall_s: float, every_s: float) -> int:
        """Of the rows of this kind older than `before_wall_s` keep the first of each `every_s` seconds; returns
        how many went. Raises StoreError for a kind that must not be thinned."""
        if kind not in THINNABLE:
            raise StoreError(f"outbox rows of kind {kind!r} are never thinned out; only {', '.join(THINNABLE)}")
        return self._connection.write(
            "DELETE FROM outbox WHERE kind = ?1 AND wall_s < ?2 AND seq NOT IN (SELECT min(seq) FROM outbox"
            " WHERE kind = ?1 AND wall_s < ?2 GROUP BY CAST(wall_s / ?3 AS INTEGER))",
            (kind, before_wall_s, every_s),
        )

    def last(self) -> int:
        """The highest number ever given; 0 if none was."""
        found = self._connection.value("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
        return int(found or 0)

    def waiting(self, *, after: int = 0) -> dict[str, int]:
        """How many rows there are after number `after`, by kind."""
        rows = self._connection.rows(
            "SELECT kind, count(*) AS count FROM outbox WHERE seq > ? GROUP BY kind ORDER BY kind", (after,)
        )
        return {row["kind"]: row["count"] for row in rows}

    def depth(self) -> int:
        """How many rows wait."""
        return int(self._connection.value("SELECT count(*) FROM outbox"))


def _of_change(row: Row) -> OutboxRow:
    return OutboxRow(
        seq=row["seq"],
        kind=row["kind"],
        json=row["json"],
        wall_s=row["noted_s"],
        synced=bool(row["noted_synced"]),
    )


def _of_event(row: Row) -> OutboxRow:
    at = {"boot": row["boot"], "mono_s": row["mono_s"], "wall_s": row["wall_s"], "synced": bool(row["synced"])}
    fields = {"contact": row["contact"], "writer": row["writer"], "seq": row["event_seq"], "at": at}
    return OutboxRow(
        seq=row["seq"],
        kind=row["kind"],
        json=msgspec.json.encode({**fields, "body": msgspec.Raw(row["body"].encode())}).decode(),
        wall_s=row["wall_s"],
        synced=bool(row["synced"]),
        contact=row["contact"],
    )
