"""Times as people write them, and intervals, in a zone with summer time."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import RequestError
from appliance.metrics.ranges import instant, intervals

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 26, 15, 30, 20, tzinfo=BERLIN).timestamp()  # the day after the change to winter time


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN).timestamp()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("now", NOW),
        ("today", local(2026, 10, 26)),
        ("Yesterday", local(2026, 10, 25)),
        ("1d", local(2026, 10, 25)),
        ("7d", local(2026, 10, 19)),
        ("2w", local(2026, 10, 12)),
        ("90m", NOW - 5400),
        ("48h", NOW - 172_800),
        ("2026-10-20", local(2026, 10, 20)),
        ("2026-10-20T09:30", local(2026, 10, 20, 9, 30)),
        ("2026-10-20T09:30:00Z", local(2026, 10, 20, 11, 30)),
    ],
)
def test_instant_when_written_as_people_do_then_seconds(text: str, expected: float) -> None:
    assert instant(text, now_s=NOW, zone=BERLIN) == expected


@pytest.mark.parametrize("text", ["", "soon", "7y", "2026-13-01", "-1d", "999999d"])
def test_instant_when_no_time_then_says_what_is_one(text: str) -> None:
    with pytest.raises(RequestError, match="is no time"):
        instant(text, now_s=NOW, zone=BERLIN)


def test_days_when_summer_time_ends_then_one_has_25_hours() -> None:
    found = intervals(local(2026, 10, 24), local(2026, 10, 27), "day", zone=BERLIN)
    assert [(one.until - one.since) / 3600 for one in found] == [24, 25, 24]


def test_intervals_when_the_range_begins_between_borders_then_aligned_to_the_clock() -> None:
    found = intervals(local(2026, 10, 26, 9, 10), local(2026, 10, 26, 10, 5), "30", zone=BERLIN)
    assert [one.since - local(2026, 10, 26, 9, 0) for one in found] == [600, 1800, 3600]
    assert found[-1].until == local(2026, 10, 26, 10, 5)


@pytest.mark.parametrize(
    ("since", "until", "length", "said"),
    [(10, 10, None, "ends before"), (0, 3600, "20", "no interval"), (0, 4e8, "15", "too|more than")],
)
def test_intervals_when_impossible_then_says_why(since: float, until: float, length: str | None, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        intervals(since, until, length, zone=BERLIN)


@given(st.floats(1.7e9, 1.9e9), st.floats(1, 400_000), st.sampled_from(["15", "30", "60", "day"]))
def test_intervals_when_cut_then_cover_the_range_without_gap_or_overlap(since: float, length: float, unit: str) -> None:
    found = intervals(since, since + length, unit, zone=BERLIN)
    assert (found[0].since, found[-1].until) == (since, since + length)
    assert all(one.until == after.since for one, after in pairwise(found))
    assert all(one.until > one.since for one in found)
