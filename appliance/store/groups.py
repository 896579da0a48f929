"""The ring groups repository: several phones behind one number."""

from __future__ import annotations

import msgspec

from appliance.dialplan import GroupPlan
from appliance.store.connection import Connection
from appliance.store.outbox import Outbox

GROUP = "ring_group"
GROUP_REMOVED = "ring_group_removed"


class Groups:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, group: GroupPlan) -> None:
        """Add the group or change it."""
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO ring_groups (name, plan) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET plan = excluded.plan",
                (group.group, msgspec.json.encode(group).decode()),
            )
            self._outbox.add(GROUP, group)

    def get(self, name: str) -> GroupPlan | None:
        row = self._connection.row("SELECT plan FROM ring_groups WHERE name = ?", (name,))
        return None if row is None else msgspec.json.decode(row["plan"], type=GroupPlan)

    def all(self) -> list[GroupPlan]:
        """Every group by name."""
        rows = self._connection.rows("SELECT plan FROM ring_groups ORDER BY name")
        return [msgspec.json.decode(row["plan"], type=GroupPlan) for row in rows]

    def remove(self, name: str) -> bool:
        """Remove it; False if there was none."""
        with self._connection.transaction():
            removed = self._connection.write("DELETE FROM ring_groups WHERE name = ?", (name,)) > 0
            if removed:
                self._outbox.add(GROUP_REMOVED, {"group": name})
        return removed
