"""Axes end and step at round numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.console.pages.charts.scale import axis


@pytest.mark.parametrize(
    ("values", "top", "step"),
    [([], 1.0, 0.25), ([3], 3.0, 1.0), ([7, None], 8.0, 2.0), ([203], 300.0, 100.0), ([1000], 1000.0, 250.0)],
)  # fmt: skip
def test_axis_when_made_then_round(values: list[float | None], top: float, step: float) -> None:
    made = axis(values)
    assert (made.top, made.step) == (top, step)
    assert made.ticks[-1] == pytest.approx(top)


def test_axis_when_whole_then_no_halves() -> None:
    assert axis([1], whole=True).ticks == (0.0, 1.0)


def test_axis_when_seconds_then_steps_of_a_clock() -> None:
    assert axis([323], seconds=True).ticks == (0.0, 120.0, 240.0, 360.0)
    assert axis([31], seconds=True).step == 10.0


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e9)), max_size=9), st.booleans(), st.booleans())
def test_axis_when_any_values_then_they_fit_and_steps_are_few(
    values: list[float | None], whole: bool, seconds: bool
) -> None:
    made = axis(values, whole=whole, seconds=seconds)
    greatest = max((value for value in values if value is not None), default=0)
    assert made.top >= greatest * 0.999999
    assert 2 <= len(made.ticks) <= 7 or seconds
    assert 0 <= made.share(greatest) <= 1
