"""What is remembered of lateness: all of it for a minute, a bearable part of it for ten."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.audio.lateness import LONG_MOST_S, LONG_S, RECENT_S, Lateness


def spent(lateness: Lateness, seconds: int, *, start: int) -> float:
    """A calm time, by the second; what is reckoned with at its end."""
    for second in range(seconds):
        lateness.notice(0.0, start + second)
    return lateness.worst


def test_lateness_when_something_was_late_then_it_counts_at_once_and_for_a_minute() -> None:
    lateness = Lateness()
    lateness.notice(0.090, 0.5)
    assert lateness.worst == 0.090
    assert spent(lateness, 58, start=1) == 0.090


def test_lateness_when_a_minute_is_over_then_only_what_nobody_notices() -> None:
    lateness = Lateness()
    lateness.notice(0.090, 0.5)
    assert 0.080 < spent(lateness, round(RECENT_S) + 1, start=1) < 0.090
    assert spent(lateness, 20, start=62) == LONG_MOST_S
    assert spent(lateness, round(LONG_S) + 120, start=82) == 0.0


def test_lateness_when_a_small_one_came_two_minutes_ago_then_all_of_it_is_known() -> None:
    lateness = Lateness()
    lateness.notice(0.017, 0.5)
    assert spent(lateness, 120, start=1) == pytest.approx(0.017)


def test_lateness_when_nothing_is_late_then_nothing() -> None:
    lateness = Lateness()
    lateness.notice(-0.010, 3.0)
    assert lateness.worst == 0.0


@given(st.lists(st.tuples(st.floats(0, 40), st.floats(-0.02, 0.5)), min_size=1, max_size=100))
def test_lateness_when_it_happens_then_never_less_than_the_last_minute_and_never_more_than_ever(
    happened: list[tuple[float, float]],
) -> None:
    lateness, now, known = Lateness(), 0.0, [(0.0, 0.0)]
    for pause, late in happened:
        now += pause
        lateness.notice(late, now)
        known.append((now, max(0.0, late)))
        lately = max(late for at, late in known if at > now - RECENT_S + 1)
        assert lately <= lateness.worst <= max(late for _, late in known)
