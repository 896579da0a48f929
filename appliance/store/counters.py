"""The counters repository: things that are counted because they leave no contact behind.

Names in use: RefusedContacts (503 when full), MisconfiguredPhoneNumbers (a trunk's call for a number without a flow),
and the edge's other counters (`appliance.switchboard.edge_watch`). CloudWatch's names where there is one
(reference/connect/metrics.md section 4).
"""

from __future__ import annotations

from collections.abc import Mapping

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

    def follow(self, counts: Mapping[str, int], *, run: str, at: Stamp) -> None:
        """Count on the UTC day of `at` what is new in another program's own counters, by name.

        These begin at 0 with each start of the program; `run` tells one start from the next. What has been counted
        before, in an earlier process of ours too, is not counted again.
        """
        with self._connection.transaction():
            for name, count in counts.items():
                self._follow(name, count, run, at)

    def _follow(self, name: str, count: int, run: str, at: Stamp) -> None:
        mark = self._connection.row("SELECT run, seen FROM counter_marks WHERE name = ?", (name,))
        seen = mark["seen"] if mark is not None and mark["run"] == run and mark["seen"] <= count else 0
        if count > seen:
            self.add(name, at, count - seen)
        if mark != {"run": run, "seen": count}:
            self._connection.write(
                "INSERT OR REPLACE INTO counter_marks (name, run, seen) VALUES (?, ?, ?)", (name, run, count)
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
