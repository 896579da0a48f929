"""A button's gestures: short, long, very long and confirmed, and contacts that chatter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hw.panel.button import (
    BOUNCE_S,
    CONFIRM_S,
    LONG_S,
    VERY_LONG_S,
    Button,
    ButtonEvent,
    Forgotten,
    Gesture,
    Held,
    Pressed,
    State,
)


def press(button: Button, at: float, held_s: float) -> list[ButtonEvent]:
    return button.down(at) + button.up(at + held_s)


def test_button_when_pressed_shortly_then_short() -> None:
    assert press(Button(), 1.0, 0.2) == [Pressed(gesture=Gesture.SHORT)]


def test_button_when_held_then_told_as_soon_as_it_is_long() -> None:
    button = Button()
    button.down(1.0)
    assert button.next_timer() == 1.0 + LONG_S
    assert button.handle_timer(1.0 + LONG_S) == [Held(gesture=Gesture.LONG)]
    assert button.up(5.0) == [Pressed(gesture=Gesture.LONG)]
    assert button.state is State.UP


def test_button_when_contacts_chatter_then_nothing() -> None:
    button = Button()
    assert press(button, 1.0, BOUNCE_S / 2) == []
    assert press(button, 1.1, 0.2) == [Pressed(gesture=Gesture.SHORT)]


def test_button_when_held_very_long_and_confirmed_then_very_long() -> None:
    button = Button()
    assert press(button, 0.0, VERY_LONG_S + 1) == [Held(gesture=Gesture.LONG), Held(gesture=Gesture.VERY_LONG)]
    assert button.state is State.ASKING
    assert press(button, VERY_LONG_S + 2, BOUNCE_S / 2) == []
    assert press(button, VERY_LONG_S + 3, 0.3) == [Pressed(gesture=Gesture.VERY_LONG)]
    assert button.state is State.UP


def test_button_when_not_confirmed_in_time_then_forgotten_and_the_next_press_is_short() -> None:
    button = Button()
    press(button, 0.0, VERY_LONG_S)
    assert press(button, VERY_LONG_S + CONFIRM_S + 1, 0.3) == [Forgotten(), Pressed(gesture=Gesture.SHORT)]


def test_button_when_something_leans_on_it_then_nothing_is_done() -> None:
    button = Button()
    button.down(0.0)
    assert button.handle_timer(100_000.0) == [Held(gesture=Gesture.LONG), Held(gesture=Gesture.VERY_LONG)]
    button.up(100_001.0)
    button.down(100_002.0)
    assert button.handle_timer(200_000.0) == [Forgotten()]
    assert button.up(200_001.0) == []


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 20)), max_size=40))
def test_button_when_anything_happens_then_very_long_never_comes_without_its_two_deeds(
    steps: list[tuple[bool, float]],
) -> None:
    button, now, events = Button(), 0.0, []
    for down, pause_s in steps:
        now += pause_s
        events += button.down(now) if down else button.up(now)
        assert button.next_timer() is None or button.next_timer() > now
    for place, event in enumerate(events):
        if event == Pressed(gesture=Gesture.VERY_LONG):
            assert events[place - 1] == Held(gesture=Gesture.VERY_LONG)
