"""The boots repository: when the box was first and last seen alive in each boot, on its monotonic scale.

So that no agent was available while the box had no power. Written with what is written anyway.
"""

from __future__ import annotations

from appliance.metrics.state_spans import Boot
from appliance.stamps import Stamp
from appliance.store.connection import Connection


class Boots:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seen(self, at: Stamp) -> None:
        """The box is alive at `at`."""
        self._connection.write(
            "INSERT INTO boots (boot, first_s, last_s) VALUES (?1, ?2, ?2) ON CONFLICT (boot) DO UPDATE SET"
            " first_s = min(first_s, excluded.first_s), last_s = max(last_s, excluded.last_s)",
            (at.boot, at.mono_s),
        )

    def alive(self, at: Stamp) -> None:
        """The box was alive at `at` of a boot that is known."""
        self._connection.write("UPDATE boots SET last_s = ?1 WHERE boot = ?2 AND last_s < ?1", (at.mono_s, at.boot))

    def all(self) -> list[Boot]:
        rows = self._connection.rows("SELECT boot, first_s, last_s FROM boots ORDER BY boot")
        return [Boot(**row) for row in rows]
