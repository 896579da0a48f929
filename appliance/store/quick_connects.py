"""The quick connects repository: transfer targets with a name, and the queues whose contacts may use them."""

from __future__ import annotations

import enum

import msgspec

from appliance.ids import AgentId, FlowId, QueueId
from appliance.store.connection import Connection, Row
from appliance.store.failures import UnknownReferenceError
from appliance.store.outbox import Outbox

QUICK_CONNECT = "quick_connect"
QUICK_CONNECT_REMOVED = "quick_connect_removed"


class QuickConnectKind(enum.StrEnum):
    """Connect's QuickConnectType (reference/connect/resources.md)."""

    USER = "USER"
    QUEUE = "QUEUE"
    PHONE_NUMBER = "PHONE_NUMBER"
    FLOW = "FLOW"


class StoredQuickConnect(msgspec.Struct, frozen=True, kw_only=True):
    """One of `agent`, `queue`, `number` (E.164 or an extension) by its kind; `flow` is FLOW's target, or what runs
    first on the way to an agent or queue. queues: whose contacts may use it; none: every contact."""

    name: str
    kind: QuickConnectKind
    agent: AgentId | None = None
    queue: QueueId | None = None
    number: str = ""
    flow: FlowId | None = None
    queues: tuple[QueueId, ...] = ()


class QuickConnects:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, entry: StoredQuickConnect) -> None:
        """Add it or change it. Raises UnknownReferenceError where its agent or one of its queues isn't there."""
        self._require("agents", "agent", entry.agent)
        for queue in (entry.queue, *entry.queues):
            self._require("queues", "queue", queue)
        with self._connection.transaction():
            self._connection.write("DELETE FROM quick_connects WHERE name = ?", (entry.name,))
            self._connection.write(
                "INSERT INTO quick_connects (name, kind, agent, queue, number, flow) VALUES (?, ?, ?, ?, ?, ?)",
                (entry.name, entry.kind.value, entry.agent, entry.queue, entry.number, entry.flow),
            )
            for queue in entry.queues:
                self._connection.write(
                    "INSERT INTO quick_connect_queues (name, queue) VALUES (?, ?)", (entry.name, queue)
                )
            self._outbox.add(QUICK_CONNECT, entry)

    def all(self) -> list[StoredQuickConnect]:
        """Every quick connect by name."""
        return [self._entry(row) for row in self._connection.rows("SELECT * FROM quick_connects ORDER BY name")]

    def remove(self, name: str) -> bool:
        """False if there was none."""
        with self._connection.transaction():
            removed = self._connection.write("DELETE FROM quick_connects WHERE name = ?", (name,)) > 0
            if removed:
                self._outbox.add(QUICK_CONNECT_REMOVED, {"name": name})
        return removed

    def _require(self, table: str, column: str, name: str | None) -> None:
        count = f"SELECT count(*) FROM {table} WHERE {column} = ?"
        if name is not None and not self._connection.value(count, (name,)):
            raise UnknownReferenceError(f"no {column} {name}; see 'linekeeper {column} list'")

    def _entry(self, row: Row) -> StoredQuickConnect:
        select = "SELECT queue FROM quick_connect_queues WHERE name = ? ORDER BY queue"
        return StoredQuickConnect(
            name=row["name"],
            kind=QuickConnectKind(row["kind"]),
            agent=row["agent"],
            queue=row["queue"],
            number=row["number"],
            flow=row["flow"],
            queues=tuple(QueueId(found["queue"]) for found in self._connection.rows(select, (row["name"],))),
        )
