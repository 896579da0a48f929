"""The extensions repository: dialable numbers inside and how they want to be reached. Passwords live with the edge."""

from __future__ import annotations

import msgspec

from appliance.dialplan import ExtensionPlan
from appliance.ids import AgentId, Extension
from appliance.store.connection import Connection, Row
from appliance.store.failures import UnknownReferenceError
from appliance.store.outbox import Outbox

EXTENSION = "extension"
EXTENSION_REMOVED = "extension_removed"
_SELECT = (
    "SELECT e.extension, e.display_name, e.settings, a.agent"
    " FROM extensions AS e LEFT JOIN agents AS a USING (extension)"
)


class StoredExtension(msgspec.Struct, frozen=True, kw_only=True):
    """`agent` is who rings there; it is read from the agents and ignored by `put`."""

    extension: Extension
    display_name: str = ""
    settings: ExtensionPlan = ExtensionPlan()
    agent: AgentId | None = None


class Extensions:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, extension: StoredExtension) -> None:
        """Add the extension or change its name and settings."""
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO extensions (extension, display_name, settings) VALUES (?, ?, ?)"
                " ON CONFLICT (extension) DO UPDATE"
                " SET display_name = excluded.display_name, settings = excluded.settings",
                (extension.extension, extension.display_name, msgspec.json.encode(extension.settings).decode()),
            )
            self._outbox.add(EXTENSION, extension)

    def get(self, extension: Extension) -> StoredExtension | None:
        row = self._connection.row(f"{_SELECT} WHERE e.extension = ?", (extension,))
        return None if row is None else _extension(row)

    def all(self) -> list[StoredExtension]:
        """Every extension by number."""
        return [_extension(row) for row in self._connection.rows(f"{_SELECT} ORDER BY e.extension")]

    def remove(self, extension: Extension) -> bool:
        """Remove it; False if there was none. Raises UnknownReferenceError while an agent rings there."""
        stored = self.get(extension)
        if stored is None:
            return False
        if stored.agent is not None:
            raise UnknownReferenceError(
                f"extension {extension} belongs to agent {stored.agent}; move or remove the agent first"
            )
        with self._connection.transaction():
            self._connection.write("DELETE FROM extensions WHERE extension = ?", (extension,))
            self._outbox.add(EXTENSION_REMOVED, {"extension": extension})
        return True


def _extension(row: Row) -> StoredExtension:
    return StoredExtension(
        extension=row["extension"],
        display_name=row["display_name"],
        settings=msgspec.json.decode(row["settings"], type=ExtensionPlan),
        agent=row["agent"],
    )
