"""The repository of what flows need beside flows: hours, bots, prompts and the resource map, each by name.

Also remembers every set of flows and parts that was ever in force by its hash: contact records name it.
"""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from appliance.stamps import Stamp
from appliance.store.connection import Connection
from appliance.store.outbox import Outbox

FLOW_PART = "flow_part"
FLOW_PART_REMOVED = "flow_part_removed"
FLOW_BUNDLE = "flow_bundle"


class Part(enum.StrEnum):
    """What a part is; its content in JSON."""

    HOURS = "hours"  # {"Resource": HoursOfOperation, "Overrides": [HoursOfOperationOverride …]}
    BOT = "bot"  # the key menu that stands in for it
    PROMPT = "prompt"  # SHA-256 of its file
    MAP = "map"  # local name; the part's name is the foreign one


class FlowParts:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, part: Part, name: str, content: Any, at: Stamp) -> None:
        """Add the part or replace it; the same content again changes nothing."""
        text = msgspec.json.encode(content, order="sorted").decode()
        with self._connection.transaction():
            changed = self._connection.write(
                "INSERT INTO flow_parts (kind, name, content, changed) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (kind, name) DO UPDATE SET content = excluded.content, changed = excluded.changed"
                " WHERE content <> excluded.content",
                (part.value, name, text, msgspec.json.encode(at).decode()),
            )
            if changed:
                self._outbox.add(FLOW_PART, {"kind": part.value, "name": name, "content": content})

    def remove(self, part: Part, name: str) -> bool:
        """False if there was none."""
        with self._connection.transaction():
            removed = self._connection.write("DELETE FROM flow_parts WHERE kind = ? AND name = ?", (part.value, name))
            if removed:
                self._outbox.add(FLOW_PART_REMOVED, {"kind": part.value, "name": name})
        return removed > 0

    def all(self, part: Part) -> dict[str, Any]:
        """Content by name, sorted."""
        rows = self._connection.rows("SELECT name, content FROM flow_parts WHERE kind = ? ORDER BY name", (part.value,))
        return {row["name"]: msgspec.json.decode(row["content"]) for row in rows}

    def remember(self, sha256: str, contents: Any, at: Stamp) -> None:
        """The set of hash `sha256` is in force from `at` on; `contents` name what it is made of."""
        newest = self._connection.row("SELECT sha256 FROM flow_bundles ORDER BY id DESC LIMIT 1")
        if newest is not None and newest["sha256"] == sha256:
            return
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO flow_bundles (sha256, contents, installed) VALUES (?, ?, ?)",
                (sha256, msgspec.json.encode(contents).decode(), msgspec.json.encode(at).decode()),
            )
            self._outbox.add(FLOW_BUNDLE, {"sha256": sha256, "contents": contents, "installed": at})

    def contents(self, sha256: str) -> Any:
        """What the set that a contact record names was made of; None for a hash that never was in force."""
        row = self._connection.row(
            "SELECT contents FROM flow_bundles WHERE sha256 = ? ORDER BY id DESC LIMIT 1", (sha256,)
        )
        return None if row is None else msgspec.json.decode(row["contents"])
