"""Quiet hours of the local day, over midnight too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.sync.quiet import is_quiet


@pytest.mark.parametrize(
    ("hours", "minute", "quiet"),
    [
        ((), 600, False),
        (("08:30-18:00",), 8 * 60 + 29, False),
        (("08:30-18:00",), 8 * 60 + 30, True),
        (("08:30-18:00",), 18 * 60 - 1, True),
        (("08:30-18:00",), 18 * 60, False),
        (("22:00-06:00",), 23 * 60, True),
        (("22:00-06:00",), 5 * 60 + 59, True),
        (("22:00-06:00",), 6 * 60, False),
        (("00:00-00:00",), 700, True),
        (("01:00-02:00", "03:00-04:00"), 3 * 60, True),
    ],
)
def test_quiet_when_asked_then_within_one_of_the_stretches(hours: tuple[str, ...], minute: int, quiet: bool) -> None:
    assert is_quiet(hours, minute) is quiet


@given(began=st.integers(0, 1439), ended=st.integers(0, 1439), minute=st.integers(0, 1439))
def test_quiet_when_a_stretch_is_turned_round_then_the_rest_of_the_day(began: int, ended: int, minute: int) -> None:
    def stretch(one: int, other: int) -> str:
        return f"{one // 60:02}:{one % 60:02}-{other // 60:02}:{other % 60:02}"

    if began != ended:
        assert is_quiet([stretch(began, ended)], minute) is not is_quiet([stretch(ended, began)], minute)
