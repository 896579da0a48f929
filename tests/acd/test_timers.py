"""Alarms: order, replacement, cancelling."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.acd.timers import TimerKind, Timers

LEASE_A = (TimerKind.LEASE, "a", "")
LEASE_B = (TimerKind.LEASE, "b", "")


def test_pop_when_two_are_due_at_once_then_in_the_order_of_their_names() -> None:
    timers = Timers()
    timers.set(LEASE_B, 5.0)
    timers.set(LEASE_A, 5.0)
    assert [timers.pop(5.0), timers.pop(5.0), timers.pop(5.0)] == [LEASE_A, LEASE_B, None]


def test_pop_when_called_early_then_nothing_and_the_alarm_stays() -> None:
    timers = Timers()
    timers.set(LEASE_A, 5.0)
    assert timers.pop(4.9) is None
    assert timers.next_due() == 5.0


def test_set_when_repeated_then_only_the_last_time_counts() -> None:
    timers = Timers()
    timers.set(LEASE_A, 5.0)
    timers.set(LEASE_A, 9.0)
    assert timers.next_due() == 9.0
    assert timers.pop(8.0) is None
    assert timers.pop(9.0) == LEASE_A


def test_cancel_when_set_again_to_the_same_time_then_it_fires_once() -> None:
    timers = Timers()
    timers.set(LEASE_A, 5.0)
    timers.cancel(LEASE_A)
    assert timers.next_due() is None
    timers.set(LEASE_A, 5.0)
    assert [timers.pop(5.0), timers.pop(5.0)] == [LEASE_A, None]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.none() | st.integers(0, 9))))
def test_timers_when_set_and_cancelled_at_random_then_as_a_plain_dictionary(
    steps: list[tuple[str, int | None]],
) -> None:
    timers, model = Timers(), {}
    for name, due in steps:
        key = (TimerKind.RIPE, name, "")
        if due is None:
            timers.cancel(key)
            model.pop(key, None)
        else:
            timers.set(key, float(due))
            model[key] = float(due)
        assert timers.next_due() == min(model.values(), default=None)
    popped = []
    while (key := timers.pop(99.0)) is not None:
        popped.append(key)
    assert popped == sorted(model, key=lambda key: (model[key], key))
