"""On which day a contact counts: that on which it ended. Today's numbers, made again from the records after a restart.

The rules of counting are `todays_numbers`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from appliance.clock import Clock
from appliance.stamps import iso_utc
from appliance.store.store import Store
from appliance.switchboard.measuring.present import calendar_day
from appliance.switchboard.measuring.todays_numbers import TodaysNumbers

LONGEST_DAY_S = 25 * 3600
MOST_RECORDS = 100_000


class Days:
    """`numbers` are those of the latest day on which a contact ended, or of the day it was made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.numbers = TodaysNumbers(calendar_day(clock().wall_s))

    def count(self, record: Mapping[str, Any]) -> None:
        """A completed record."""
        ended = record.get("DisconnectTimestamp") or record["LastUpdateTimestamp"]
        self.numbers.add(calendar_day(_wall_s(ended)), record)

    def load(self, store: Store) -> None:
        """Count what was completed today before we began. Raises StoreError."""
        now_s = self._clock().wall_s
        for record in store.records.between(iso_utc(now_s - LONGEST_DAY_S), iso_utc(now_s + 1), limit=MOST_RECORDS):
            self.count(record)


def _wall_s(text: str) -> float:
    """Seconds since the epoch of `2026-11-22T09:30:00Z`."""
    return datetime.fromisoformat(text).timestamp()
