"""On which day a contact counts."""

from __future__ import annotations

from typing import Any

from appliance.ids import QueueId
from appliance.stamps import Stamp, iso_utc
from appliance.switchboard.measuring.days import Days
from appliance.switchboard.measuring.present import calendar_day

NOON_S = 1_795_000_000.0
DAY_S = 86_400.0
SALES = QueueId("sales")


def record(ended_s: float | None, updated_s: float) -> dict[str, Any]:
    """A contact that was abandoned in the queue."""
    return {
        "ContactId": "c",
        "DisconnectTimestamp": None if ended_s is None else iso_utc(ended_s),
        "LastUpdateTimestamp": iso_utc(updated_s),
        "Queue": {"Name": "sales", "EnqueueTimestamp": iso_utc(updated_s - 30), "Duration": 20},
        "Agent": None,
        "Linekeeper": {"PreDisconnectState": "IN_QUEUE"},
    }


def days() -> Days:
    return Days(lambda: Stamp(boot="b", mono_s=1.0, wall_s=NOON_S, synced=True))


def queued(counted: Days, wall_s: float) -> int:
    return counted.numbers.of(SALES, calendar_day(wall_s)).queued


def test_record_when_completed_a_day_after_the_end_then_the_day_of_the_end_counts() -> None:
    counted = days()
    counted.count(record(NOON_S, NOON_S + DAY_S))
    assert queued(counted, NOON_S) == 1
    assert queued(counted, NOON_S + DAY_S) == 0


def test_record_when_no_end_is_known_then_its_last_update_counts() -> None:
    counted = days()
    counted.count(record(None, NOON_S))
    assert queued(counted, NOON_S) == 1


def test_record_when_of_yesterday_then_left_out() -> None:
    counted = days()
    counted.count(record(NOON_S - DAY_S, NOON_S))
    assert queued(counted, NOON_S) == 0
