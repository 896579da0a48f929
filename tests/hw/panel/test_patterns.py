"""Lamp rhythms: when they burn, when they change, and that every lamp can show what it must."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.panel.patterns import DARK, DONE, LIT, RING, SHOWS, SLOW, Lamp, Pattern, Sign, lit, next_change


@pytest.mark.parametrize(
    ("pattern", "at_s", "burns"),
    [
        (DARK, 3.0, False),
        (LIT, 3.0, True),
        (SLOW, 0.0, True),
        (SLOW, 1.5, False),
        (SLOW, 2.0, True),
        (RING, 0.8, True),
        (RING, 1.3, False),
        (DONE, 1.1, True),
        (DONE, 1.6, False),
    ],
)
def test_lamp_when_so_long_after_the_beginning_then_burns_or_not(pattern: Pattern, at_s: float, burns: bool) -> None:
    assert lit(pattern, at_s) is burns


@given(st.sampled_from(sorted(SHOWS.values(), key=repr)), st.floats(0, 1000))
def test_lamp_when_the_next_change_has_not_come_then_it_is_as_it_was(pattern: Pattern, at_s: float) -> None:
    change = next_change(pattern, at_s)
    if change is None:
        assert lit(pattern, at_s) is lit(pattern, at_s + 1000)
        return
    assert change > at_s
    if change - at_s > 1e-6:  # nearer than that, rounding decides on which side of the edge it is
        assert lit(pattern, at_s + (change - at_s) * 0.99) is lit(pattern, at_s)
        assert lit(pattern, change + 1e-6) is not lit(pattern, at_s) or pattern.times


def test_pattern_when_it_ends_then_dark_for_ever() -> None:
    assert next_change(DONE, 1.4) is not None
    assert next_change(DONE, 1.6) is None
    assert not lit(DONE, 100.0)


def test_lamps_when_a_sign_concerns_them_then_no_two_signs_look_alike_but_the_dark_ones() -> None:
    assert {lamp for lamp, _ in SHOWS} == set(Lamp)
    assert {sign for _, sign in SHOWS} == set(Sign)
    for lamp in set(Lamp) - {Lamp.BELL}:  # which rings or is silent
        shown = [pattern for (one, _), pattern in SHOWS.items() if one is lamp]
        assert len(shown) == len(set(shown))
    assert all(len(pattern.cadence_s) % 2 == 0 for pattern in SHOWS.values())
