"""Ten tries over some three days, sooner for nobody, later for who asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.console.webhooks.retrying import MOST_TRIES, Fate, after_try


@pytest.mark.parametrize(
    ("status", "fate"),
    [(200, Fate.DELIVERED), (204, Fate.DELIVERED), (299, Fate.DELIVERED), (0, Fate.AGAIN), (301, Fate.AGAIN),
     (404, Fate.AGAIN), (410, Fate.GONE), (429, Fate.AGAIN), (500, Fate.AGAIN)],
)  # fmt: skip
def test_answer_when_judged_then_its_fate(status: int, fate: Fate) -> None:
    assert after_try(tries=1, status=status, chance=0.5).fate is fate


def test_tries_when_all_fail_then_given_up_after_some_three_days() -> None:
    verdicts = [after_try(tries=tries, status=500, chance=0.5) for tries in range(1, MOST_TRIES + 1)]
    assert [one.fate for one in verdicts] == [Fate.AGAIN] * (MOST_TRIES - 1) + [Fate.GIVEN_UP]
    assert 2.0 <= sum(one.wait_s for one in verdicts) / 86400 <= 3.0


@given(st.integers(1, MOST_TRIES - 1), st.floats(0, 1), st.floats(0, 1e9))
def test_wait_when_the_receiver_asks_for_time_then_it_gets_it_up_to_a_day(
    tries: int, chance: float, wished_s: float
) -> None:
    wait_s = after_try(tries=tries, status=503, chance=chance, wished_s=wished_s).wait_s
    assert min(wished_s, 86400.0) <= wait_s < 86401.0
