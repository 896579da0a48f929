from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.timers import Timers


class Hands:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_wait_when_nothing_is_due_is_the_longest() -> None:
    assert Timers(Hands()).wait_s(2.0) == 2.0


def test_wait_when_a_deadline_is_near_is_the_time_to_it() -> None:
    hands = Hands()
    timers = Timers(hands)
    timers.after(0.5, lambda: None)
    assert timers.wait_s(2.0) == 0.5
    hands.now_s += 3
    assert timers.wait_s(2.0) == 0.0


def test_run_due_when_deadlines_have_passed_fires_them_once_and_in_order() -> None:
    hands = Hands()
    timers = Timers(hands)
    fired: list[str] = []
    timers.after(0.2, lambda: fired.append("later"))
    timers.after(0.1, lambda: fired.append("first"))
    timers.after(0.1, lambda: fired.append("second of the same instant"))
    timers.after(9.0, lambda: fired.append("not yet"))
    hands.now_s += 1
    timers.run_due()
    timers.run_due()
    assert fired == ["first", "second of the same instant", "later"]


def test_cancel_when_called_twice_keeps_the_action_from_firing() -> None:
    hands = Hands()
    timers = Timers(hands)
    fired: list[int] = []
    timer = timers.after(0.1, lambda: fired.append(1))
    timer.cancel()
    timer.cancel()
    hands.now_s += 1
    assert timers.wait_s(2.0) == 2.0  # a cancelled deadline wakes nobody
    timers.run_due()
    assert fired == []


def test_cancel_when_it_has_fired_does_nothing() -> None:
    hands = Hands()
    timers = Timers(hands)
    fired: list[int] = []
    timer = timers.after(0.0, lambda: fired.append(1))
    timers.run_due()
    timer.cancel()
    timers.run_due()
    assert fired == [1]


def test_run_due_when_an_action_adds_one_that_is_due_fires_that_too() -> None:
    hands = Hands()
    timers = Timers(hands)
    fired: list[str] = []

    def first() -> None:
        fired.append("first")
        timers.after(0.0, lambda: fired.append("added"))
        timers.after(0.1, lambda: fired.append("later"))

    timers.after(0.0, first)
    timers.run_due()
    assert fired == ["first", "added"]


def test_run_due_when_an_action_cancels_another_that_is_due_leaves_that_out() -> None:
    hands = Hands()
    timers = Timers(hands)
    fired: list[str] = []
    second = timers.after(0.2, lambda: fired.append("second"))
    timers.after(0.1, second.cancel)
    hands.now_s += 1
    timers.run_due()
    assert fired == []


def test_clear_when_an_action_calls_it_forgets_the_rest() -> None:
    hands = Hands()
    timers = Timers(hands)
    fired: list[str] = []
    timers.after(0.1, timers.clear)
    timers.after(0.2, lambda: fired.append("of a contact that is over"))
    hands.now_s += 1
    timers.run_due()
    assert fired == []
    assert timers.wait_s(2.0) == 2.0


@given(delays=st.lists(st.floats(min_value=0, max_value=100)), steps=st.lists(st.floats(min_value=0, max_value=30)))
def test_run_due_when_time_goes_on_fires_each_at_its_time_and_never_before(
    delays: list[float], steps: list[float]
) -> None:
    hands = Hands()
    timers = Timers(hands)
    fired: list[float] = []
    for delay in delays:
        timers.after(delay, lambda due=100.0 + delay: fired.append(due))  # type: ignore[misc]
    for step in steps:
        hands.now_s += step
        timers.run_due()
        assert all(due <= hands.now_s for due in fired)
        assert len(fired) == sum(100.0 + delay <= hands.now_s for delay in delays)
    assert fired == sorted(fired)
