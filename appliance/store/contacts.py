"""The contacts repository: one row per contact, derived while its events are appended. Nobody else writes it."""

from __future__ import annotations

import msgspec

from appliance.ids import AgentId, ContactId
from appliance.store.connection import Connection
from appliance.store.contact_row import ContactRow

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(ContactRow).decode


class Contacts:
    """Reads for everybody; `put` is for the events repository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, contact: ContactId) -> ContactRow | None:
        summary = self._connection.value("SELECT summary FROM contacts WHERE contact = ?", (contact,))
        return None if summary is None else _decode(summary)

    def under_way(self) -> list[ContactRow]:
        """Every contact without ContactClosed, oldest first."""
        return self._of("SELECT summary FROM contacts WHERE open = 1 ORDER BY started_wall_s, contact")

    def waiting(self) -> list[ContactRow]:
        """The contacts in a queue, in the order in which they were queued."""
        found = [row for row in self.under_way() if row.waiting]
        return sorted(found, key=lambda row: (row.enqueued.wall_s, row.enqueued.mono_s) if row.enqueued else (0.0, 0.0))

    def latest(self, limit: int = 50, *, before_wall_s: float | None = None) -> list[ContactRow]:
        """The newest contacts first; `before_wall_s` pages on (the `started.wall_s` of the last one shown)."""
        return self._of(
            "SELECT summary FROM contacts WHERE started_wall_s < ? ORDER BY started_wall_s DESC, contact LIMIT ?",
            (9e18 if before_wall_s is None else before_wall_s, limit),
        )

    def talks(self, *, limit: int) -> list[tuple[str, AgentId]]:
        """Customer's address and agent of the newest contacts that had an agent, oldest first."""
        rows = self._connection.rows(
            "SELECT customer, agent FROM contacts WHERE customer IS NOT NULL AND agent IS NOT NULL"
            " ORDER BY started_wall_s DESC LIMIT ?",
            (limit,),
        )
        return [(row["customer"], AgentId(row["agent"])) for row in reversed(rows)]

    def count(self) -> int:
        return int(self._connection.value("SELECT count(*) FROM contacts"))

    def put(self, row: ContactRow) -> None:
        """Write the row as derived."""
        self._connection.write(
            "INSERT INTO contacts (contact, open, stage, slot, queue, agent, customer, started_wall_s, ended_wall_s,"
            " summary) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (contact) DO UPDATE SET open = excluded.open,"
            " stage = excluded.stage, slot = excluded.slot, queue = excluded.queue, agent = excluded.agent,"
            " customer = excluded.customer, started_wall_s = excluded.started_wall_s,"
            " ended_wall_s = excluded.ended_wall_s, summary = excluded.summary",
            (
                row.contact,
                int(row.open),
                row.stage,
                row.slot,
                row.queue,
                row.agent,
                row.customer.address if row.customer else None,
                row.started.wall_s,
                row.disconnected.wall_s if row.disconnected else None,
                _encode(row).decode(),
            ),
        )

    def _of(self, sql: str, parameters: tuple[float | int, ...] = ()) -> list[ContactRow]:
        return [_decode(row["summary"]) for row in self._connection.rows(sql, parameters)]
