"""A guesser is slowed down for good; nobody is locked out for longer than a quarter of an hour."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.console.people.throttle import FREE_TRIES, Allowance, Tries, locked_s


def after(count: int, *, at_s: float = 1000.0) -> Tries:
    tries = Tries()
    for _ in range(count):
        tries = tries.after_another(at_s)
    return tries


def test_tries_when_few_then_free_and_then_locked_for_twice_as_long_each() -> None:
    assert [locked_s(after(count), 1000.0) for count in range(FREE_TRIES + 8)] == [
        0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900,
    ]  # fmt: skip


def test_lock_when_time_passes_then_it_ends() -> None:
    assert locked_s(after(5), 1029.0) == 1.0
    assert locked_s(after(5), 1030.0) == 0.0


def test_tries_when_an_hour_ago_then_forgotten() -> None:
    assert after(9).after_another(1000.0 + 3601.0) == Tries(count=1, last_s=4601.0)


@given(st.integers(0, 10_000), st.floats(-1e6, 1e6))
def test_lock_when_whatever_happened_then_never_longer_than_a_quarter_of_an_hour(count: int, offset_s: float) -> None:
    assert 0.0 <= locked_s(Tries(count=count, last_s=1e6), 1e6 + offset_s) <= 900.0


def test_guesser_when_trying_all_day_then_gets_some_hundred_tries() -> None:
    tries, now_s, taken = Tries(), 0.0, 0
    while now_s < 86400.0:
        tries, taken = tries.after_another(now_s), taken + 1
        now_s += max(1.0, locked_s(tries, now_s))
    assert taken < 120


@given(st.lists(st.floats(0, 30), max_size=60))
def test_bucket_when_used_then_never_more_than_burst_and_refill(pauses_s: list[float]) -> None:
    rule, now_s, allowed = Allowance(burst=5, per_s=0.5), 0.0, 0
    bucket = rule.full(now_s)
    for pause_s in pauses_s:
        now_s += pause_s
        bucket, wait_s = rule.taken(bucket, now_s)
        allowed += wait_s == 0.0
        assert wait_s <= 2.0
    assert allowed <= 5 + now_s * 0.5 + 1e-6
