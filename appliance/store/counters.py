"""The counters repository: things that are counted because they leave no contact behind.

Names in use: RefusedContacts (503 when full), MisconfiguredPhoneNumbers, ContactFlowErrors (CloudWatch's names where
there is one, reference/connect/metrics.md section 4).
"""

from __future__ import annotations

from appliance.stamps import Stamp, iso_utc
from appliance.store.connection import Connection


class Counters:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, name: str, at: Stamp, by: int = 1) -> None:
        """Count `by` more on the UTC day of `at`."""
        self._connection.write(
            "INSERT INTO counters (name, day, count) VALUES (?, ?, ?)"
            " ON CONFLICT (name, day) DO UPDATE SET count = count + excluded.count",
            (name, _day(at), by),
        )

    def of_day(self, at: Stamp) -> dict[str, int]:
        """Every counter of the UTC day of `at`, by name."""
        rows = self._connection.rows("SELECT name, count FROM counters WHERE day = ? ORDER BY name", (_day(at),))
        return {row["name"]: row["count"] for row in rows}

    def total(self, name: str) -> int:
        """The counter over all days."""
        return int(self._connection.value("SELECT total(count) FROM counters WHERE name = ?", (name,)))


def _day(at: Stamp) -> str:
    return iso_utc(at.wall_s)[:10]
