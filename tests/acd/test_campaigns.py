"""When a customer may be called: by the customer's clock, wherever that may be."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.acd.campaigns import (
    STEP_S,
    Campaign,
    Candidate,
    Window,
    by_rules_of,
    called_again,
    errand_of,
    may_call,
    next_opening,
)
from appliance.acd.errands import ErrandState, Outcome
from appliance.ids import ContactId, ErrandId, QueueId
from appliance.stamps import Stamp

SEOUL, NEW_YORK, LONDON = "Asia/Seoul", "America/New_York", "Europe/London"
OFFICE = (Window(weekdays=(0, 1, 2, 3, 4), start_min=9 * 60, end_min=18 * 60),)
NOW = Stamp(boot="b", mono_s=100.0, wall_s=1_795_000_000.0, synced=True)


def wall(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("text", "zone", "allowed"),
    [
        ("2026-11-23T09:00", SEOUL, True),
        ("2026-11-23T08:59", SEOUL, False),
        ("2026-11-23T17:59", SEOUL, True),
        ("2026-11-23T18:00", SEOUL, False),
        ("2026-11-22T12:00", SEOUL, False),  # a Sunday
        ("2026-07-01T09:00", LONDON, True),  # summer time
        ("2026-07-01T08:30", LONDON, False),
    ],
)
def test_hours_when_asked_then_by_the_customers_clock(text: str, zone: str, allowed: bool) -> None:
    assert may_call(OFFICE, (zone,), wall(text, zone)) is allowed


def test_hours_when_the_zone_is_not_certain_then_all_must_be_open() -> None:
    noon_in_seoul = wall("2026-11-23T12:00", SEOUL)
    assert may_call(OFFICE, (SEOUL,), noon_in_seoul)
    assert not may_call(OFFICE, (SEOUL, NEW_YORK), noon_in_seoul)


def test_hours_when_the_zone_is_unknown_then_nobody_is_called() -> None:
    assert not may_call(OFFICE, ("Nowhere/At_All",), wall("2026-11-23T12:00", SEOUL))


def test_opening_when_closed_then_the_next_morning_there() -> None:
    evening = wall("2026-11-20T19:00", SEOUL)  # a Friday
    assert next_opening(OFFICE, (SEOUL,), int(evening // STEP_S)) == wall("2026-11-23T09:00", SEOUL)


def test_opening_when_hours_never_meet_then_none() -> None:
    morning = (Window(weekdays=(0,), start_min=9 * 60, end_min=10 * 60),)
    assert next_opening(morning, (SEOUL, NEW_YORK), int(NOW.wall_s // STEP_S)) is None


@given(
    start=st.integers(0, 95),
    length=st.integers(1, 95),
    zone=st.sampled_from([SEOUL, NEW_YORK, LONDON, "Asia/Kathmandu"]),
    at=st.integers(1_700_000_000, 1_900_000_000),
)
def test_opening_when_there_is_one_then_calls_are_allowed_and_not_before(
    start: int, length: int, zone: str, at: int
) -> None:
    windows = (Window(weekdays=(0, 2, 4), start_min=start * 15, end_min=min(1440, (start + length) * 15)),)
    quarter = at // STEP_S
    opens = next_opening(windows, (zone,), quarter)
    assert opens is not None
    assert may_call(windows, (zone,), opens)
    earlier = range(quarter, int(opens // STEP_S), max(1, int(opens // STEP_S - quarter) // 20))
    assert not any(may_call(windows, (zone,), float(step * STEP_S)) for step in earlier)


def test_record_when_rules_change_then_the_new_ones_count() -> None:
    before = Campaign(campaign="spring", queue=QueueId("sales"), created=NOW)
    record = errand_of(before, Candidate(number="+1", name="Han", attributes={"id": "7"}), ErrandId("e"), NOW)
    assert record.attributes == {"id": "7", "campaign": "spring", "name": "Han"}
    after = replace(before, queue=QueueId("support"), attempts=5, pauses_s={Outcome.BUSY: 60.0}, caller_id="+2")
    now = replace(NOW, mono_s=500.0)
    changed = by_rules_of(after, record, now)
    assert (changed.queue, changed.max_attempts, changed.caller_id) == ("support", 5, "+2")
    assert changed.priority > record.priority  # whoever calls in comes first
    assert (changed.retry_s, changed.waiting_since) == ({Outcome.BUSY: 60.0}, now)


def test_disposition_when_it_asks_for_another_call_then_once_more_but_not_too_often() -> None:
    campaign = Campaign(campaign="spring", queue=QueueId("sales"), attempts=2, again_s={"12": 60.0}, created=NOW)
    record = errand_of(campaign, Candidate(number="+1"), ErrandId("e"), NOW)
    done = replace(record, state=ErrandState.DONE, contact=ContactId("c"), outcomes=(Outcome.ANSWERED,))
    again = called_again(campaign, done, "12", NOW)
    assert again is not None
    assert (again.state, again.attempt, again.contact, again.previous) == (ErrandState.SCHEDULED, 2, None, "c")
    assert again.due.wall_s == NOW.wall_s + 60
    assert called_again(campaign, done, "13", NOW) is None
    assert called_again(campaign, replace(done, attempt=2), "12", NOW) is None
    assert called_again(campaign, record, "12", NOW) is None
