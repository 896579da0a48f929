"""The state machine of an analog line: the ways of a call, and every state with every event."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.line.caller_id import CallerId
from hw.line.machine import Line
from hw.line.profile import CallerIdStart, Profile
from hw.line.signals import (
    Alerted,
    Answer,
    AnswerSeen,
    BreakLoop,
    CallArrived,
    CallConnected,
    CallEnded,
    CallerRead,
    Dial,
    EndReason,
    ExtensionPickedUp,
    Flash,
    GoOffHook,
    GoOnHook,
    HangUp,
    LineFound,
    LineLost,
    LoopBroken,
    Outcome,
    Rang,
    Request,
    SendDigits,
    Signal,
    SilenceLasted,
    Tone,
    ToneHeard,
    VoiceFailed,
    VoltageBack,
    VoltageGone,
)
from hw.line.states import OFF_HOOK, LineState

HAN = CallerId(number="0225550123", name="HAN")
NUMBER = "0225550199"


class Bench:
    """A line whose clock moves by hand."""

    def __init__(self, profile: Profile | None = None) -> None:
        self.line = Line(profile or Profile())
        self.now = 100.0

    def __call__(self, event: Signal | Request, after_s: float = 0.0) -> list[Outcome]:
        found = self.wait(after_s)
        return found + self.line.handle(event, self.now)

    def wait(self, seconds: float) -> list[Outcome]:
        """Let time pass, with every timer on the way."""
        until, found = self.now + seconds, list[Outcome]()
        while (due := self.line.next_timer()) is not None and due <= until:
            self.now = due
            found += self.line.handle_timer(due)
        self.now = until
        return found

    @property
    def state(self) -> LineState:
        return self.line.state


def ended(reason: EndReason) -> list[Outcome]:
    return [GoOnHook(), CallEnded(reason=reason)]


# ── incoming ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ring_when_the_caller_follows_it_then_the_call_arrives_with_the_number() -> None:
    line = Bench()
    assert line(Rang()) == []
    assert line(CallerRead(caller=HAN), after_s=1.5) == [CallArrived(caller=HAN)]
    assert line(Rang(), after_s=4.0) == []
    assert line(Answer(), after_s=1.0) == [GoOffHook()]
    assert line.wait(0.5) == [CallConnected()]
    assert line.line.caller == HAN


def test_ring_when_no_caller_follows_then_the_call_arrives_by_the_second_ring_or_soon() -> None:
    line = Bench()
    line(Rang())
    assert line(Rang(), after_s=4.0) == [CallArrived(caller=CallerId())]
    alone = Bench()
    alone(Rang())
    assert alone.wait(4.6) == [CallArrived(caller=CallerId())]


def test_caller_when_sent_before_the_ring_then_the_first_ring_brings_the_number() -> None:
    line = Bench(Profile(caller_id=CallerIdStart.BEFORE_RING))
    assert line(Alerted()) == []
    assert line(CallerRead(caller=HAN), after_s=0.8) == []
    assert line(Rang(), after_s=0.5) == [CallArrived(caller=HAN)]


def test_caller_when_read_late_then_told_once_more() -> None:
    line = Bench()
    line(Rang())
    line(Rang(), after_s=4.0)
    assert line(CallerRead(caller=HAN), after_s=0.5) == [CallArrived(caller=HAN)]
    assert line(CallerRead(caller=HAN)) == []


def test_rings_when_they_stop_then_the_caller_gave_up() -> None:
    line = Bench()
    line(Rang())
    line(Rang(), after_s=4.0)
    assert line.wait(6.9) == []
    assert line.wait(0.2) == [CallEnded(reason=EndReason.CALLER_GAVE_UP)]
    assert line.state is LineState.IDLE


def test_alert_when_nothing_follows_then_nobody_is_told() -> None:
    line = Bench()
    line(Alerted())
    assert line.wait(8.0) == []
    assert line.state is LineState.IDLE


def test_ring_when_somebody_beside_us_takes_it_then_it_is_not_ours() -> None:
    line = Bench()
    line(Rang())
    line(Rang(), after_s=4.0)
    assert line(ExtensionPickedUp(), after_s=1.0) == [CallEnded(reason=EndReason.EXTENSION)]
    assert line.state is LineState.IDLE


# ── outgoing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def dialled(profile: Profile | None = None) -> Bench:
    line = Bench(profile)
    assert line(Dial(number=NUMBER)) == [GoOffHook()]
    line.wait(0.5)
    assert line(ToneHeard(tone=Tone.DIAL)) == [SendDigits(number=NUMBER)]
    return line


def test_dial_when_there_is_a_dial_tone_then_digits_and_the_far_end_answers() -> None:
    line = dialled()
    assert line(ToneHeard(tone=Tone.RINGBACK), after_s=3.0) == []
    assert line(AnswerSeen(), after_s=5.0) == [CallConnected()]


def test_dial_when_ringback_stops_then_somebody_is_assumed_to_have_answered() -> None:
    line = dialled()
    line(ToneHeard(tone=Tone.RINGBACK), after_s=3.0)
    assert line(ToneHeard(tone=Tone.RINGBACK), after_s=6.0) == []
    assert line.wait(6.5) == []
    assert line.wait(1.0) == [CallConnected(certain=False)]


def test_stream_when_it_never_comes_then_the_call_ends_and_says_why() -> None:
    line = dialled()
    assert line(VoiceFailed()) == ended(EndReason.NO_VOICE)


def test_dial_when_there_is_no_dial_tone_then_no_line() -> None:
    line = Bench()
    line(Dial(number=NUMBER))
    assert line.wait(3.5) == ended(EndReason.NO_LINE)
    blind = Bench(Profile(blind_dial=True))
    blind(Dial(number=NUMBER))
    assert blind.wait(0.5) == [SendDigits(number=NUMBER)]


@pytest.mark.parametrize(
    ("tone", "reason"),
    [
        (Tone.BUSY, EndReason.BUSY),
        (Tone.CONGESTION, EndReason.NOT_DIALABLE),
        (Tone.SPECIAL_INFORMATION, EndReason.NOT_DIALABLE),
    ],
)
def test_dial_when_the_exchange_says_no_then_why(tone: Tone, reason: EndReason) -> None:
    assert dialled()(ToneHeard(tone=tone), after_s=2.0) == ended(reason)


def test_dial_when_nothing_is_heard_for_long_then_taken_as_answered_but_not_certain() -> None:
    assert dialled().wait(30.0) == [CallConnected(certain=False)]


def test_dial_when_a_call_comes_in_as_we_go_off_hook_then_glare() -> None:
    line = Bench()
    line(Dial(number=NUMBER))
    assert line(Rang(), after_s=0.1) == ended(EndReason.GLARE)


def test_dial_when_the_line_is_not_free_then_refused() -> None:
    line = Bench()
    line(Rang())
    assert line(Dial(number=NUMBER)) == [CallEnded(reason=EndReason.REFUSED)]
    assert Bench()(Answer()) == [CallEnded(reason=EndReason.REFUSED)]


# ── talk and end ─────────────────────────────────────────────────────────────────────────────────────────────────────


def talking() -> Bench:
    line = dialled()
    line(AnswerSeen())
    return line


@pytest.mark.parametrize(
    ("sign", "reason"),
    [
        (LoopBroken(duration_s=0.3), EndReason.FAR_END),
        (ToneHeard(tone=Tone.BUSY, cycles=3), EndReason.FAR_END),
        (ToneHeard(tone=Tone.CONGESTION, cycles=5), EndReason.FAR_END),
        (SilenceLasted(), EndReason.SILENCE),
        (ExtensionPickedUp(), EndReason.EXTENSION),
        (HangUp(), EndReason.HUNG_UP),
    ],
)
def test_talk_when_there_is_a_sign_of_its_end_then_over_and_free_after_the_guard_time(
    sign: Signal | Request, reason: EndReason
) -> None:
    line = talking()
    assert line(sign) == ended(reason)
    assert line(Dial(number=NUMBER), after_s=1.0) == [CallEnded(reason=EndReason.REFUSED)]
    line.wait(1.1)
    assert line.state is LineState.IDLE


@pytest.mark.parametrize(
    "sign", [LoopBroken(duration_s=0.1), ToneHeard(tone=Tone.BUSY, cycles=2), ToneHeard(tone=Tone.RINGBACK, cycles=9)]
)
def test_talk_when_the_sign_is_too_weak_then_it_goes_on(sign: Signal) -> None:
    line = talking()
    assert line(sign) == []
    assert line.state is LineState.TALKING


def test_flash_when_talking_then_the_loop_is_broken_for_the_countrys_time() -> None:
    assert talking()(Flash()) == [BreakLoop(duration_s=0.3)]
    assert Bench()(Flash()) == []


def test_voltage_when_gone_then_whatever_was_ends_and_the_line_comes_back() -> None:
    line = talking()
    assert line(VoltageGone()) == [GoOnHook(), CallEnded(reason=EndReason.NO_LINE), LineLost()]
    assert line(VoltageGone()) == []
    assert line(Dial(number=NUMBER)) == [CallEnded(reason=EndReason.REFUSED)]
    assert line(VoltageBack()) == [LineFound()]
    assert Bench()(VoltageGone()) == [LineLost()]


EVENTS: list[Signal | Request] = [
    Rang(), Alerted(), CallerRead(caller=HAN), AnswerSeen(), LoopBroken(duration_s=0.3), LoopBroken(duration_s=0.01),
    SilenceLasted(), ExtensionPickedUp(), VoltageGone(), VoltageBack(), Answer(), Dial(number=NUMBER), Flash(),
    HangUp(), *(ToneHeard(tone=tone, cycles=cycles) for tone in Tone for cycles in (1, 4)),
]  # fmt: skip


def reached(state: LineState) -> Bench:
    """A line in `state`."""
    ways: dict[LineState, list[Signal | Request | float]] = {
        LineState.IDLE: [],
        LineState.CALLER_ID: [Rang()],
        LineState.RINGING: [Rang(), Rang()],
        LineState.SEIZED: [Dial(number=NUMBER)],
        LineState.DIAL_TONE: [Dial(number=NUMBER), 0.5],
        LineState.DIALLED: [Dial(number=NUMBER), 0.5, ToneHeard(tone=Tone.DIAL)],
        LineState.TALKING: [Rang(), Rang(), Answer(), 0.5],
        LineState.RELEASING: [Rang(), Rang(), Answer(), 0.5, HangUp()],
        LineState.NO_LINE: [VoltageGone()],
    }
    line = Bench()
    for step in ways[state]:
        _ = line.wait(step) if isinstance(step, float) else line(step)
    assert line.state is state
    return line


@pytest.mark.parametrize(("state", "event"), list(itertools.product(LineState, EVENTS)), ids=str)
def test_line_when_anything_happens_in_a_state_then_the_hook_fits_the_new_state(
    state: LineState, event: Signal | Request
) -> None:
    line = reached(state)
    before = line.state in OFF_HOOK
    outcomes = line(event)
    after = line.state in OFF_HOOK
    orders = [type(one) for one in outcomes if isinstance(one, (GoOnHook, GoOffHook))]
    assert orders == ([] if before is after else [GoOffHook] if after else [GoOnHook])


@given(st.lists(st.tuples(st.sampled_from(EVENTS), st.floats(0, 12)), max_size=40))
def test_line_when_anything_happens_then_calls_begin_and_end_in_pairs_and_it_comes_to_rest(
    story: list[tuple[Signal | Request, float]],
) -> None:
    line = Bench()
    off_hook = known = False
    outcomes: list[Outcome] = []
    for event, after_s in story:
        outcomes += line(event, after_s)
    outcomes += line(HangUp()) + line.wait(60.0) + line(HangUp()) + line.wait(60.0)
    for outcome in outcomes:
        match outcome:
            case GoOffHook():
                assert not off_hook
                off_hook = True
            case GoOnHook():
                assert off_hook
                off_hook = False
            case CallConnected():
                assert off_hook
            case CallArrived():
                assert not off_hook or known
                known = True
    assert not off_hook
    assert line.state in (LineState.IDLE, LineState.NO_LINE)


def test_dial_tone_when_a_call_was_taken_then_its_caller_has_gone_but_a_call_out_goes_on() -> None:
    taken = Bench()
    taken(Rang())
    taken(Rang(), after_s=4.0)
    taken(Answer())
    taken.wait(0.5)
    assert taken(ToneHeard(tone=Tone.DIAL)) == ended(EndReason.FAR_END)
    ours = Bench()
    ours(Dial(number=""))
    ours.wait(0.5)
    assert ours.state is LineState.TALKING  # without a number: just off-hook, as the line doctor wants it
    assert ours(ToneHeard(tone=Tone.DIAL)) == []
