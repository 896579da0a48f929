"""The do-not-call repository: numbers that no campaign calls (global), or that one campaign doesn't call."""

from __future__ import annotations

from collections.abc import Iterable

from appliance.stamps import Stamp
from appliance.store.connection import Connection, Row
from appliance.store.outbox import Outbox

EVERYWHERE = ""  # instead of a campaign's name
STRUCK, UNSTRUCK = "do_not_call", "do_not_call_removed"


class DoNotCall:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def add(self, numbers: Iterable[str], campaign: str, at: Stamp, *, note: str = "") -> list[str]:
        """The numbers that were not on that list before."""
        new: list[str] = []
        with self._connection.transaction():
            for number in numbers:
                changed = self._connection.write(
                    "INSERT INTO do_not_call (number, campaign, note, added_wall_s) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT DO NOTHING",
                    (number, campaign, note, at.wall_s),
                )
                if changed:
                    new.append(number)
                    self._outbox.add(STRUCK, {"number": number, "campaign": campaign, "note": note})
        return new

    def remove(self, number: str, campaign: str) -> bool:
        """Whether it was on that list."""
        with self._connection.transaction():
            found = self._connection.write(
                "DELETE FROM do_not_call WHERE number = ? AND campaign = ?", (number, campaign)
            )
            if found:
                self._outbox.add(UNSTRUCK, {"number": number, "campaign": campaign})
        return found > 0

    def forbids(self, number: str, campaign: str) -> bool:
        """Whether `campaign` may not call the number: it is on the global list or on its own."""
        found = self._connection.value(
            "SELECT 1 FROM do_not_call WHERE number = ? AND campaign IN ('', ?)", (number, campaign)
        )
        return found is not None

    def lists_of(self, number: str) -> list[Row]:
        """campaign ("" for all), note, added_wall_s: every list that has the number."""
        return self._connection.rows(
            "SELECT campaign, note, added_wall_s FROM do_not_call WHERE number = ? ORDER BY campaign", (number,)
        )

    def count(self) -> int:
        return int(self._connection.value("SELECT count(*) FROM do_not_call"))
