"""The agent statuses repository: what an agent may choose to be (reference/connect/resources.md, AgentStatus).

Available and Offline are always there; what is beside them the branch decides.
"""

from __future__ import annotations

import enum

import msgspec

from appliance.acd.model import AVAILABLE, OFFLINE
from appliance.store.connection import Connection, Row
from appliance.store.failures import UnknownReferenceError
from appliance.store.outbox import Outbox

AGENT_STATUS = "agent_status"
AGENT_STATUS_REMOVED = "agent_status_removed"


class StatusType(enum.StrEnum):
    """ROUTABLE: contacts are offered (Available only); CUSTOM: at work, but none are; OFFLINE: not at work."""

    ROUTABLE = "ROUTABLE"
    CUSTOM = "CUSTOM"
    OFFLINE = "OFFLINE"


class AgentStatus(msgspec.Struct, frozen=True, kw_only=True):
    """display_order: place in lists and the number that chooses it by telephone; enabled: may be chosen."""

    name: str
    display_order: int
    description: str = ""
    type: StatusType = StatusType.CUSTOM
    enabled: bool = True


class AgentStatuses:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, status: AgentStatus) -> None:
        """Add the status or change it. Raises UnknownReferenceError for an order that another one has, and for one of
        the two fixed statuses that would be switched off or be of another type."""
        fixed = {AVAILABLE: StatusType.ROUTABLE, OFFLINE: StatusType.OFFLINE}
        if status.type is not fixed.get(status.name, StatusType.CUSTOM) or (
            status.name in fixed and not status.enabled
        ):
            raise UnknownReferenceError(
                f"{status.name} can't be {status.type} or switched off; add a status of your own"
            )
        other = self._connection.value(
            "SELECT name FROM agent_statuses WHERE display_order = ? AND name <> ?", (status.display_order, status.name)
        )
        if other is not None:
            raise UnknownReferenceError(f"number {status.display_order} belongs to status {other}; choose another")
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO agent_statuses (name, description, type, display_order, enabled) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET description = excluded.description,"
                " display_order = excluded.display_order, enabled = excluded.enabled",
                (status.name, status.description, status.type.value, status.display_order, int(status.enabled)),
            )
            self._outbox.add(AGENT_STATUS, status)

    def get(self, name: str) -> AgentStatus | None:
        row = self._connection.row("SELECT * FROM agent_statuses WHERE name = ?", (name,))
        return None if row is None else _status(row)

    def all(self) -> list[AgentStatus]:
        """Every status in its order."""
        return [_status(row) for row in self._connection.rows("SELECT * FROM agent_statuses ORDER BY display_order")]

    def remove(self, name: str) -> bool:
        """Remove a status of the branch's own; False if there was none. Who is in it stays so. Raises
        UnknownReferenceError for Available and Offline."""
        if name in (AVAILABLE, OFFLINE):
            raise UnknownReferenceError(f"status {name} can't be removed; every agent needs it")
        with self._connection.transaction():
            removed = self._connection.write("DELETE FROM agent_statuses WHERE name = ?", (name,)) > 0
            if removed:
                self._outbox.add(AGENT_STATUS_REMOVED, {"name": name})
        return removed


def _status(row: Row) -> AgentStatus:
    return AgentStatus(
        name=row["name"],
        description=row["description"],
        type=StatusType(row["type"]),
        display_order=row["display_order"],
        enabled=bool(row["enabled"]),
    )
