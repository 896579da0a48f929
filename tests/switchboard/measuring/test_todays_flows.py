"""Flow errors of the day, counted from records."""

from __future__ import annotations

from typing import Any

from appliance.switchboard.measuring.todays_numbers import FlowNumbers, TodaysNumbers

DAY = "2026-11-22"
TIMES = {"StartTimestamp": "2026-11-22T09:00:00Z", "EndTimestamp": None}


def flow(
    name: str, *steps: dict[str, Any], outcome: str | None = "ENDED_FLOW_EXECUTION", **more: Any
) -> dict[str, Any]:
    return {"Flow": name, "Outcome": outcome, "Path": list(steps), **TIMES, **more}


def record(*flows: dict[str, Any], **details: Any) -> dict[str, Any]:
    box = {"Flows": list(flows), **details}
    return {"ContactId": "c", "LastUpdateTimestamp": "2026-11-22T09:02:00Z", "Linekeeper": box}


def counted(*records: dict[str, Any]) -> dict[str, FlowNumbers]:
    today = TodaysNumbers(DAY)
    for each in records:
        today.add(DAY, each)
    return today.of_flows(DAY)


def test_numbers_when_error_branches_are_taken_then_counted_by_flow() -> None:
    numbers = counted(
        record(flow("menu", {"Error": True}, {"Error": False}), flow("wait", {"Error": False})),
        record(flow("menu", {"Error": True, "Lacking": "cloud"})),
    )
    assert numbers["menu"] == FlowNumbers(started=2, errors=2, lacking={"cloud": 1})
    assert numbers["wait"] == FlowNumbers(started=1)


def test_numbers_when_the_box_ended_a_flow_then_fatal() -> None:
    shown = counted(record(flow("menu", outcome="DROPPED", Fatal=True)))["menu"].shown()
    assert shown == {"started": 1, "ContactFlowErrors": 0, "ContactFlowFatalErrors": 1, "lacking": {}}


def test_numbers_when_the_process_died_in_a_flow_then_fatal_for_that_one() -> None:
    died = record(flow("menu"), flow("next", outcome=None), MediaFailed="killed", PreDisconnectState="IN_FLOW")
    assert {name: found.fatal for name, found in counted(died).items()} == {"menu": 0, "next": 1}
    talking = record(flow("menu", outcome=None), MediaFailed="killed", PreDisconnectState="CONNECTED")
    assert counted(talking)["menu"].fatal == 0


def test_numbers_when_record_has_no_flows_then_nothing() -> None:
    assert counted({**record(), "Linekeeper": None}) == {}


def test_numbers_when_a_new_day_begins_then_flows_begin_at_nothing() -> None:
    today = TodaysNumbers(DAY)
    today.add(DAY, record(flow("menu")))
    assert today.of_flows(DAY)["menu"].started == 1
    today.add("2026-11-23", record(flow("night")))
    today.add(DAY, record(flow("menu")))
    assert list(today.of_flows("2026-11-23")) == ["night"]
    assert today.of_flows(DAY) == {}
