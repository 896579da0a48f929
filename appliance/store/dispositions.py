"""The dispositions repository: how a contact can have come out, by the code that an agent types."""

from __future__ import annotations

import msgspec

from appliance.ids import QueueId
from appliance.store.connection import Connection, Row
from appliance.store.outbox import Outbox

DISPOSITION = "disposition"
DISPOSITION_REMOVED = "disposition_removed"
EVERY_QUEUE = QueueId("")


class Disposition(msgspec.Struct, frozen=True, kw_only=True):
    """code: 1 to 4 digits; queue: whose contacts it is for, "" for those of every queue and of none."""

    code: str
    name: str
    queue: QueueId = EVERY_QUEUE


class Dispositions:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, disposition: Disposition) -> None:
        """Add the disposition or rename it."""
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO dispositions (queue, code, name) VALUES (?, ?, ?)"
                " ON CONFLICT (queue, code) DO UPDATE SET name = excluded.name",
                (disposition.queue, disposition.code, disposition.name),
            )
            self._outbox.add(DISPOSITION, disposition)

    def find(self, code: str, queue: QueueId | None) -> Disposition | None:
        """What `code` means for a contact of `queue`: the queue's own before the one for every queue."""
        return next((found for found in self.of(queue) if found.code == code), None)

    def of(self, queue: QueueId | None) -> list[Disposition]:
        """What a contact of `queue` can have come out as, by code; where a code is there twice, the queue's own."""
        rows = self._connection.rows(
            "SELECT * FROM dispositions WHERE queue IN ('', ?) ORDER BY length(code), code, queue", (queue or "",)
        )
        return list({row["code"]: _disposition(row) for row in rows}.values())

    def all(self) -> list[Disposition]:
        """Every disposition by queue and code."""
        rows = self._connection.rows("SELECT * FROM dispositions ORDER BY queue, length(code), code")
        return [_disposition(row) for row in rows]

    def remove(self, code: str, queue: QueueId = EVERY_QUEUE) -> bool:
        """False if there was none. Records keep its name."""
        with self._connection.transaction():
            removed = self._connection.write("DELETE FROM dispositions WHERE queue = ? AND code = ?", (queue, code)) > 0
            if removed:
                self._outbox.add(DISPOSITION_REMOVED, {"queue": queue, "code": code})
        return removed


def _disposition(row: Row) -> Disposition:
    return Disposition(code=row["code"], name=row["name"], queue=row["queue"])
