"""A headset's buttons and lamps: every state with every event, and the sequences that went wrong on real devices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.headset.call_control import CallControl, CallState, Reaction, Wish
from hw.headset.traits import Traits
from hw.headset.usages import (
    FLASH,
    HOOK_SWITCH,
    LED_HOLD,
    LED_MUTE,
    LED_OFF_HOOK,
    LED_RING,
    PHONE_MUTE,
    REDIAL,
    REJECT,
    VOLUME,
    VOLUME_DOWN,
    VOLUME_UP,
    Usage,
)

IDLE, RINGING, TALKING, HELD = CallState
PRESS_OF: dict[str, Usage] = {
    "flash": FLASH,
    "redial": REDIAL,
    "reject": REJECT,
    "mute": PHONE_MUTE,
    "volume up": VOLUME_UP,
    "volume down": VOLUME_DOWN,
}


def in_state(state: CallState, traits: Traits | None = None) -> CallControl:
    control = CallControl(traits or Traits())
    for step in {IDLE: (), RINGING: ("ringing",), TALKING: ("talking",), HELD: ("talking", "held")}[state]:
        getattr(control, step)()
    return control


def press(control: CallControl, usage: Usage) -> tuple[Wish, ...]:
    wishes = control.reported({usage: 1}).wishes
    return wishes + control.reported({usage: 0}).wishes


@pytest.mark.parametrize(
    ("event", "wishes"),
    [
        ("lift", {IDLE: Wish.LIFT, RINGING: Wish.ANSWER, TALKING: None, HELD: None}),
        ("replace", {IDLE: None, RINGING: None, TALKING: Wish.HANG_UP, HELD: Wish.HANG_UP}),
        ("flash", {IDLE: None, RINGING: None, TALKING: Wish.HOLD, HELD: Wish.RESUME}),
        ("redial", {IDLE: Wish.REDIAL, RINGING: None, TALKING: None, HELD: None}),
        ("reject", {IDLE: None, RINGING: Wish.REJECT, TALKING: None, HELD: None}),
        ("mute", {IDLE: None, RINGING: None, TALKING: Wish.MUTE, HELD: Wish.MUTE}),
        ("volume up", dict.fromkeys(CallState, Wish.LOUDER)),
        ("volume down", dict.fromkeys(CallState, Wish.SOFTER)),
    ],
)
@pytest.mark.parametrize("state", CallState)
def test_button_when_pressed_in_a_state_then_what_the_wearer_means(
    state: CallState, event: str, wishes: dict[CallState, Wish | None]
) -> None:
    control = in_state(state)
    if event in PRESS_OF:
        found = press(control, PRESS_OF[event])
    else:
        found = control.reported({HOOK_SWITCH: int(event == "lift")}).wishes
    assert found == ((wishes[state],) if wishes[state] is not None else ())
    assert control.state is state  # only the call itself moves it


@pytest.mark.parametrize("state", CallState)
def test_lamps_when_in_a_state_then_they_show_it(state: CallState) -> None:
    lamps = in_state(state).reported({}).lamps
    assert lamps == {
        LED_OFF_HOOK: state in (TALKING, HELD),
        LED_RING: state is RINGING,
        LED_MUTE: False,
        LED_HOLD: state is HELD,
    }


def test_hook_when_the_device_only_answers_our_lamp_then_nobody_hangs_up_or_answers() -> None:
    control = in_state(RINGING)
    control.talking()  # answered on the desk
    assert control.reported({HOOK_SWITCH: 1}).wishes == ()
    control.idle()
    assert control.reported({HOOK_SWITCH: 0}).wishes == ()


def test_hook_when_it_toggles_then_each_press_means_the_other_thing() -> None:
    control = in_state(RINGING, Traits(hook_toggles=True))
    assert press(control, HOOK_SWITCH) == (Wish.ANSWER,)
    control.talking()
    assert press(control, HOOK_SWITCH) == (Wish.HANG_UP,)


def test_hook_when_pressed_twice_before_the_call_has_answered_then_once_or_no_by_the_device() -> None:
    patient = in_state(RINGING, Traits(hook_toggles=True))
    assert press(patient, HOOK_SWITCH) + press(patient, HOOK_SWITCH) == (Wish.ANSWER,)
    jabra = in_state(RINGING, Traits(hook_toggles=True, hook_rejects=True))
    assert press(jabra, HOOK_SWITCH) + press(jabra, HOOK_SWITCH) == (Wish.ANSWER, Wish.REJECT)


def test_mute_when_pressed_then_toggles_on_the_press_and_the_lamp_answers() -> None:
    control = in_state(TALKING)
    pressed = control.reported({PHONE_MUTE: 1})
    assert (pressed.wishes, pressed.lamps[LED_MUTE]) == ((Wish.MUTE,), True)
    assert control.reported({PHONE_MUTE: 0}).wishes == ()
    assert press(control, PHONE_MUTE) == (Wish.UNMUTE,)


def test_mute_when_it_is_a_position_then_as_reported() -> None:
    control = in_state(TALKING, Traits(mute_toggles=False))
    assert control.reported({PHONE_MUTE: 1}).wishes == (Wish.MUTE,)
    assert control.reported({PHONE_MUTE: 1}).wishes == ()
    assert control.reported({PHONE_MUTE: 0}).wishes == (Wish.UNMUTE,)


def test_mute_when_the_call_ends_then_off_and_without_a_call_it_can_not_be_on() -> None:
    control = in_state(TALKING)
    control.set_muted(True)
    assert control.idle().lamps[LED_MUTE] is False
    assert control.set_muted(True).lamps[LED_MUTE] is False


_EVENTS: list[Callable[[CallControl], Reaction]] = [
    CallControl.ringing,
    CallControl.talking,
    CallControl.held,
    CallControl.idle,
    *(
        lambda c, u=usage, v=value: c.reported({u: v})
        for usage in (HOOK_SWITCH, *PRESS_OF.values())
        for value in (0, 1)
    ),
]


@given(st.lists(st.sampled_from(_EVENTS), max_size=60), st.booleans(), st.booleans(), st.booleans())
def test_control_when_anything_happens_then_lamps_fit_the_state_and_mute_needs_a_call(
    events: list[Callable[[CallControl], Reaction]], toggles: bool, mutes: bool, rejects: bool
) -> None:
    control = CallControl(Traits(hook_toggles=toggles, mute_toggles=mutes, hook_rejects=rejects))
    for event in events:
        lamps = event(control).lamps
        assert lamps[LED_RING] is (control.state is RINGING)
        assert lamps[LED_OFF_HOOK] is (control.state in (TALKING, HELD))
        assert not control.muted or control.state in (TALKING, HELD)


def test_wheel_when_turned_then_each_report_is_a_step() -> None:
    control = in_state(TALKING)
    wishes = [control.reported({VOLUME: value}).wishes for value in (1, 1, 0, -1)]
    assert wishes == [(Wish.LOUDER,), (Wish.LOUDER,), (), (Wish.SOFTER,)]
