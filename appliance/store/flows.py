"""The flows repository: every flow document ever installed; the newest of a name is the active one.

A flow that was removed has an empty document as its newest: contact records still find those of before.
"""

from __future__ import annotations

import hashlib

import msgspec

from appliance.ids import FlowId
from appliance.stamps import Stamp
from appliance.store.connection import Connection, Row
from appliance.store.outbox import Outbox

FLOW = "flow"
FLOW_REMOVED = "flow_removed"


class StoredFlow(msgspec.Struct, frozen=True, kw_only=True):
    """`sha256` is of the document's UTF-8 text as installed."""

    flow: FlowId
    flow_type: str
    sha256: str
    document: str
    installed: Stamp


class Flows:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def install(self, flow: FlowId, *, flow_type: str, document: str, at: Stamp) -> StoredFlow:
        """Make the document the active one of its name; installing the active one again changes nothing."""
        sha256 = hashlib.sha256(document.encode()).hexdigest()
        with self._connection.transaction():
            active = self.active(flow)
            if active is not None and (active.sha256, active.flow_type) == (sha256, flow_type):
                return active
            stored = StoredFlow(flow=flow, flow_type=flow_type, sha256=sha256, document=document, installed=at)
            self._connection.write(
                "INSERT INTO flows (flow, flow_type, sha256, document, installed) VALUES (?, ?, ?, ?, ?)",
                (flow, flow_type, sha256, document, msgspec.json.encode(at).decode()),
            )
            self._outbox.add(FLOW, {"flow": flow, "flow_type": flow_type, "sha256": sha256, "installed": at})
        return stored

    def remove(self, flow: FlowId, at: Stamp) -> bool:
        """No document is active under that name any more; False if none was."""
        with self._connection.transaction():
            if self.active(flow) is None:
                return False
            self._connection.write(
                "INSERT INTO flows (flow, flow_type, sha256, document, installed) VALUES (?, '', '', '', ?)",
                (flow, msgspec.json.encode(at).decode()),
            )
            self._outbox.add(FLOW_REMOVED, {"flow": flow, "removed": at})
        return True

    def active(self, flow: FlowId) -> StoredFlow | None:
        row = self._connection.row("SELECT * FROM flows WHERE flow = ? ORDER BY id DESC LIMIT 1", (flow,))
        return None if row is None or not row["document"] else _flow(row)

    def all_active(self) -> list[StoredFlow]:
        """The active document of every name, by name."""
        rows = self._connection.rows(
            "SELECT * FROM flows WHERE id IN (SELECT max(id) FROM flows GROUP BY flow) AND document <> '' ORDER BY flow"
        )
        return [_flow(row) for row in rows]

    def with_sha256(self, sha256: str) -> StoredFlow | None:
        """The document a contact record names, active or not."""
        row = self._connection.row("SELECT * FROM flows WHERE sha256 = ? ORDER BY id DESC LIMIT 1", (sha256,))
        return None if row is None else _flow(row)


def _flow(row: Row) -> StoredFlow:
    return StoredFlow(
        flow=row["flow"],
        flow_type=row["flow_type"],
        sha256=row["sha256"],
        document=row["document"],
        installed=msgspec.json.decode(row["installed"], type=Stamp),
    )
