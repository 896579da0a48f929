"""The directory repository: names of outside numbers, shown when they call. `revision` counts its changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.store.connection import Connection
from appliance.store.outbox import Outbox

DIRECTORY = "directory"
AT_ONCE = 500  # entries of one outbox row


class Directory:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    @property
    def revision(self) -> int:
        return int(self._connection.value("SELECT revision FROM directory_revision"))

    def put(self, names: Mapping[str, str]) -> None:
        """Add names by E.164, or change them."""
        with self._connection.transaction():
            self._connection.write_many(
                "INSERT INTO directory (number, name) VALUES (?, ?)"
                " ON CONFLICT (number) DO UPDATE SET name = excluded.name",
                list(names.items()),
            )
            pairs = list(names.items())
            self._changed(*({"set": dict(pairs[start : start + AT_ONCE])} for start in range(0, len(pairs), AT_ONCE)))

    def remove(self, number: str) -> bool:
        """Forget the name; False where there was none."""
        with self._connection.transaction():
            removed = self._connection.write("DELETE FROM directory WHERE number = ?", (number,)) > 0
            if removed:
                self._changed({"removed": [number]})
        return removed

    def clear(self) -> int:
        """Forget every name. Returns how many there were."""
        with self._connection.transaction():
            removed = self._connection.write("DELETE FROM directory")
            self._changed({"cleared": True})
        return removed

    def all(self) -> list[tuple[str, str]]:
        """Number and name, by number."""
        rows = self._connection.rows("SELECT number, name FROM directory ORDER BY number")
        return [(row["number"], row["name"]) for row in rows]

    def search(self, text: str, *, limit: int) -> list[tuple[str, str]]:
        """Those with `text` in name or number, whatever its case."""
        rows = self._connection.rows(
            "SELECT number, name FROM directory WHERE instr(lower(name), lower(?)) OR instr(number, ?)"
            " ORDER BY name, number LIMIT ?",
            (text, text, limit),
        )
        return [(row["number"], row["name"]) for row in rows]

    def count(self) -> int:
        return int(self._connection.value("SELECT count(*) FROM directory"))

    def _changed(self, *changes: dict[str, Any]) -> None:
        self._connection.write("UPDATE directory_revision SET revision = revision + 1")
        for change in changes:
            self._outbox.add(DIRECTORY, change)
