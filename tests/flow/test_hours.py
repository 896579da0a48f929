"""Calendars: weeks, midnight, time zones, daylight saving, exceptions."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from appliance.errors import FlowError
from appliance.flow.hours import applies, is_open
from appliance.flow.hours_model import Hours, Opening, Override
from appliance.flow.hours_wire import hours_of

SEOUL, NEW_YORK = "Asia/Seoul", "America/New_York"


def at(text: str, zone: str = SEOUL, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def opened(hours: Hours, text: str, zone: str = SEOUL, parents: dict[str, Hours] | None = None) -> bool | None:
    return is_open(hours, at(text, zone), (parents or {}).get)


OFFICE = Hours(
    time_zone=SEOUL,
    openings=(
        *(Opening(weekday=day, start_min=9 * 60, end_min=12 * 60) for day in range(5)),
        *(Opening(weekday=day, start_min=13 * 60, end_min=18 * 60) for day in range(5)),
        Opening(weekday=5, start_min=20 * 60, end_min=0),
    ),
)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T08:59", False),
        ("2026-11-23T09:00", True),
        ("2026-11-23T12:00", False),
        ("2026-11-23T12:59", False),
        ("2026-11-23T17:59", True),
        ("2026-11-28T23:59", True),
        ("2026-11-29T00:00", False),
    ],
)
def test_hours_when_week_is_asked_then_breaks_and_midnight_count(moment, expected):
    assert opened(OFFICE, moment) is expected


def test_hours_when_zone_is_another_then_local_time_counts():
    hours = Hours(time_zone=NEW_YORK, openings=(Opening(weekday=0, start_min=540, end_min=1020),))
    assert is_open(hours, at("2026-11-23T23:30", SEOUL), {}.get)
    assert not is_open(hours, at("2026-11-23T10:00", SEOUL), {}.get)


@pytest.mark.parametrize(("moment", "expected"), [("2026-03-08T03:15", True), ("2026-03-08T01:59", False)])
def test_hours_when_clocks_spring_forward_then_wall_time_counts(moment, expected):
    hours = Hours(time_zone=NEW_YORK, openings=(Opening(weekday=6, start_min=180, end_min=240),))
    assert opened(hours, moment, NEW_YORK) is expected


def test_hours_when_clocks_fall_back_then_the_hour_counts_twice():
    hours = Hours(time_zone=NEW_YORK, openings=(Opening(weekday=6, start_min=60, end_min=120),))
    assert is_open(hours, at("2026-11-01T01:30", NEW_YORK, fold=0), {}.get)
    assert is_open(hours, at("2026-11-01T01:30", NEW_YORK, fold=1), {}.get)


def test_hours_when_zone_is_unknown_or_time_absurd_then_none():
    assert is_open(Hours(time_zone="Mars/Base"), 0.0, {}.get) is None
    assert is_open(Hours(time_zone="../etc/passwd"), 0.0, {}.get) is None
    assert is_open(Hours(), 1e18, {}.get) is None


def closed_on(first: str, last: str, **rest: object) -> Hours:
    override = Override(first=first, last=last, kind="CLOSED", **rest)
    return Hours(time_zone=SEOUL, openings=OFFICE.openings, overrides=(override,))


def test_override_when_closed_then_only_on_its_dates():
    hours = closed_on("2026-11-23", "2026-11-24")
    assert [opened(hours, f"2026-11-{day}T10:00") for day in (23, 24, 25)] == [False, False, True]


def test_override_when_standard_or_open_then_its_rows_count():
    short = Override(first="2026-11-23", last="2026-11-23", openings=(Opening(weekday=0, start_min=600, end_min=660),))
    hours = Hours(time_zone=SEOUL, openings=OFFICE.openings, overrides=(short,))
    assert [opened(hours, f"2026-11-23T{hour}:30") for hour in ("09", "10", "11")] == [False, True, False]
    whole = Override(first="2026-11-29", last="2026-11-29", kind="OPEN")
    assert opened(Hours(time_zone=SEOUL, overrides=(whole,)), "2026-11-29T03:00")


def test_override_when_two_apply_then_the_first_wins():
    open_day = Override(first="2026-11-23", last="2026-11-23", kind="OPEN")
    hours = Hours(time_zone=SEOUL, overrides=(open_day, *closed_on("2026-11-23", "2026-11-23").overrides))
    assert opened(hours, "2026-11-23T03:00")


def test_override_when_parent_has_it_then_is_inherited_but_own_wins():
    parent = closed_on("2026-12-25", "2026-12-25")
    child = Hours(time_zone=SEOUL, openings=OFFICE.openings, parents=("holidays",))
    assert not opened(child, "2026-12-25T10:00", parents={"holidays": parent})
    assert opened(child, "2026-12-24T10:00", parents={"holidays": parent})
    assert opened(child, "2026-12-25T10:00")
    circle = Hours(time_zone=SEOUL, openings=OFFICE.openings, parents=("self",))
    assert opened(circle, "2026-12-24T10:00", parents={"self": circle})


SUNDAYS = (Opening(weekday=6, start_min=0, end_min=0),)


@pytest.mark.parametrize(
    ("override", "days", "not_days"),
    [
        ({"frequency": "WEEKLY", "interval": 2}, ["2026-01-01", "2026-01-15"], ["2026-01-08", "2026-01-02"]),
        ({"frequency": "MONTHLY"}, ["2026-01-01", "2026-02-01"], ["2026-01-02"]),
        ({"frequency": "MONTHLY", "by_month_day": (-1,)}, ["2026-02-28", "2028-02-29"], ["2028-02-28"]),
        ({"frequency": "YEARLY"}, ["2026-01-01", "2027-01-01"], ["2026-02-01", "2027-01-02"]),
        ({"frequency": "YEARLY", "by_month": (12,), "by_month_day": (25,)}, ["2026-12-25"], ["2026-12-24"]),
        (
            {"frequency": "MONTHLY", "occurrence": (2,), "openings": SUNDAYS},
            ["2026-11-08", "2026-12-13"],
            ["2026-11-01", "2026-11-15"],
        ),
        ({"frequency": "MONTHLY", "occurrence": (-1,), "openings": SUNDAYS}, ["2026-11-29"], ["2026-11-22"]),
    ],
)
def test_override_when_it_recurs_then_on_the_right_days(override, days, not_days):
    rule = Override(first="2026-01-01", last="2030-12-31", **override)
    assert [applies(rule, date.fromisoformat(day)) for day in days] == [True] * len(days)
    assert [applies(rule, date.fromisoformat(day)) for day in not_days] == [False] * len(not_days)


def test_override_when_dates_are_malformed_then_never():
    assert not applies(Override(first="soon", last="later"), date(2026, 1, 1))


def row(day: str, start: tuple[int, int], end: tuple[int, int]) -> dict[str, object]:
    slices = ({"Hours": hours, "Minutes": minutes} for hours, minutes in (start, end))
    return dict(zip(("Day", "StartTime", "EndTime"), (day, *slices), strict=True))


def test_wire_when_resource_is_read_then_calendar():
    hours = hours_of(
        {"TimeZone": SEOUL, "Config": [row("MONDAY", (9, 0), (0, 0))], "ParentHoursOfOperations": [{"Id": "p"}]},
        [
            {
                "EffectiveFrom": "2026-12-25",
                "EffectiveTill": "2026-12-25",
                "OverrideType": "CLOSED",
                "RecurrenceConfig": {"RecurrencePattern": {"Frequency": "YEARLY", "Interval": 1, "ByMonth": [12]}},
            }
        ],
    )
    assert hours.openings == (Opening(weekday=0, start_min=540, end_min=0),)
    assert hours.parents == ("p",)
    assert (hours.overrides[0].kind, hours.overrides[0].frequency, hours.overrides[0].by_month) == (
        "CLOSED",
        "YEARLY",
        (12,),
    )
    assert opened(hours, "2026-11-23T23:59")


def test_wire_when_it_is_malformed_then_every_problem():
    with pytest.raises(FlowError) as caught:
        hours_of({"TimeZone": "X/Y", "Config": [{"Day": "FUNDAY"}, 3]}, [{"OverrideType": "MAYBE"}])
    assert len(caught.value.problems) == 4
