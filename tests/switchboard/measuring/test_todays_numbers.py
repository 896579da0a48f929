"""The queue's numbers of the day, worked by hand from the rules of the metrics reference."""

from __future__ import annotations

from typing import Any

from appliance.ids import QueueId
from appliance.switchboard.measuring.todays_numbers import TodaysNumbers

SALES = QueueId("sales")


def record(duration_s: int | None, *, answered: bool = False, state: str = "IN_QUEUE", **more: Any) -> dict[str, Any]:
    agent = {"ConnectedToAgentTimestamp": "2026-11-22T09:00:20Z"} if answered else None
    times = {"ContactId": "c", "LastUpdateTimestamp": "2026-11-22T09:02:00Z"}
    queue = {"Name": "sales", "EnqueueTimestamp": "2026-11-22T09:00:00Z", "Duration": duration_s}
    return {**times, "Queue": queue, "Agent": agent, "Linekeeper": {"PreDisconnectState": state}, **more}


def test_numbers_when_worked_by_hand_then_agree() -> None:
    today = TodaysNumbers("2026-11-22")
    records = [
        record(10, answered=True, state="CONNECTED"),
        record(19, answered=True, state="CONNECTED"),
        record(20, answered=True, state="CONNECTED"),  # not strictly less than 20 s
        record(5),  # abandoned inside the limit counts as met
        record(90),  # abandoned
        record(7, NextContactId="x"),  # went on elsewhere: not abandoned
        record(8, TransferCompletedTimestamp="2026-11-22T09:00:08Z"),  # moved out of the queue by transfer
        record(None, answered=True),  # answered, wait not known
    ]
    for each in records:
        today.add("2026-11-22", each)
    assert today.of(SALES, "2026-11-22").shown() == {
        "queued": 8,
        "handled": 4,
        "abandoned": 2,
        "answered_in_20s": 2,
        "service_level_20s_pct": 62.5,  # 10, 19, 5, 7, 8 of 8
        "avg_queue_answer_time_s": 16.3,  # (10 + 19 + 20) / 3
    }


def test_numbers_when_never_queued_then_count_nothing() -> None:
    today = TodaysNumbers("2026-11-22")
    today.add("2026-11-22", {**record(None), "Queue": None})
    shown = today.of(SALES, "2026-11-22").shown()
    assert (shown["queued"], shown["service_level_20s_pct"], shown["avg_queue_answer_time_s"]) == (0, None, None)


def test_numbers_when_day_turns_then_begin_anew() -> None:
    today = TodaysNumbers("2026-11-22")
    today.add("2026-11-22", record(10, answered=True))
    today.add("2026-11-23", record(10, answered=True))
    today.add("2026-11-22", record(10, answered=True))  # late record of yesterday
    assert today.of(SALES, "2026-11-23").queued == 1
    assert today.of(SALES, "2026-11-22").queued == 0


def test_numbers_when_the_box_served_a_phone_inside_then_count_nothing() -> None:
    today = TodaysNumbers("2026-11-22")
    served = {"PreDisconnectState": "IN_FLOW", "Service": "feature:log_in", "Flows": [{"Flow": "feature_log_in"}]}
    today.add("2026-11-22", {**record(None), "Linekeeper": served})
    assert today.of_flows("2026-11-22") == {}


def test_numbers_when_a_feature_code_was_dialled_then_count_nothing() -> None:
    today = TodaysNumbers("2026-11-22")
    feature = record(10, answered=True)
    feature["Linekeeper"]["Service"] = "feature:*11"
    today.add("2026-11-22", feature)
    assert today.of(SALES, "2026-11-22").queued == 0
