"""What every `LineDriver` must do, whatever drives it: the same tests over the mock and over real back ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from kit.line_bench import CALLER, NUMBER, DaaBench, LineBench, MockBench, ModemBench

from hw.errors import DeviceGoneError
from hw.line.interface import FRAME
from hw.line.signals import (
    Answer,
    CallArrived,
    CallConnected,
    CallEnded,
    DeviceGone,
    Dial,
    EndReason,
    HangUp,
    KeyPressed,
    Outcome,
    SendKeys,
)
from hw.line.states import LineState

WAIT_S = 30.0
BENCHES: dict[str, Callable[[], LineBench]] = {
    "daa": DaaBench,
    "mock": MockBench,
    "modem cx": ModemBench,
    "modem usr": lambda: ModemBench("usr"),
}


@pytest.fixture(params=sorted(BENCHES))
def exchange(request: pytest.FixtureRequest) -> Iterator[LineBench]:
    bench = BENCHES[request.param]()
    yield bench
    bench.close()


def expect(bench: LineBench, kind: type[Outcome]) -> Outcome:
    """The next event, which must be of `kind`; keys and later words on the caller apart."""
    until = time.monotonic() + WAIT_S
    while (left := until - time.monotonic()) > 0:
        event = bench.line.next_event(left)
        if isinstance(event, kind):
            return event
        assert event is None or isinstance(event, CallArrived | KeyPressed), f"{event} instead of {kind.__name__}"
    raise AssertionError(f"no {kind.__name__} within {WAIT_S} s")


def until(bench: LineBench, true: Callable[[], bool], *, step: Callable[[], None] = lambda: None) -> None:
    """Wait for it, doing `step` every 20 ms."""
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end, "it never came true"
        step()
        time.sleep(0.02)


def talk(bench: LineBench) -> None:
    """A call in that is answered."""
    bench.call_in(CALLER)
    expect(bench, CallArrived)
    bench.line.ask(Answer())
    expect(bench, CallConnected)


def test_call_in_when_it_rings_then_its_caller_is_told_and_an_answer_connects(exchange: LineBench) -> None:
    exchange.call_in(CALLER)
    arrived = expect(exchange, CallArrived)
    assert isinstance(arrived, CallArrived)
    assert (arrived.caller.number, arrived.caller.name) == (CALLER.number, CALLER.name)
    assert exchange.line.state is LineState.RINGING
    assert not exchange.off_hook()
    exchange.line.ask(Answer())
    expect(exchange, CallConnected)
    assert exchange.off_hook()


def test_call_in_when_the_caller_gives_up_then_ended(exchange: LineBench) -> None:
    exchange.call_in(CALLER)
    expect(exchange, CallArrived)
    exchange.give_up()
    assert expect(exchange, CallEnded) == CallEnded(reason=EndReason.CALLER_GAVE_UP)
    assert exchange.line.state is LineState.IDLE


def test_talk_when_both_speak_then_each_hears_the_other(exchange: LineBench) -> None:
    talk(exchange)
    exchange.speak()
    frames: list[bytes] = []

    def step() -> None:
        exchange.say_something()
        if (frame := exchange.line.next_frame()) is not None:
            frames.append(frame)

    until(exchange, lambda: exchange.heard() and any(set(frame) - {0xFF, 0x7F} for frame in frames), step=step)
    assert {len(frame) for frame in frames} == {FRAME}


def test_talk_when_the_far_end_presses_a_key_then_told_once(exchange: LineBench) -> None:
    talk(exchange)
    exchange.press("5")
    assert expect(exchange, KeyPressed) == KeyPressed(key="5")
    assert exchange.line.next_event(0.3) is None


def test_talk_when_we_press_keys_then_they_arrive(exchange: LineBench) -> None:
    talk(exchange)
    exchange.line.ask(SendKeys(keys="42#"))
    until(exchange, lambda: exchange.dialled() == "42#")


def test_talk_when_the_far_end_hangs_up_then_ended_and_on_hook(exchange: LineBench) -> None:
    talk(exchange)
    exchange.hang_up()
    assert expect(exchange, CallEnded) == CallEnded(reason=EndReason.FAR_END)
    until(exchange, lambda: not exchange.off_hook())


def test_talk_when_we_hang_up_then_on_hook_and_soon_free_for_the_next(exchange: LineBench) -> None:
    talk(exchange)
    exchange.line.ask(HangUp())
    assert expect(exchange, CallEnded) == CallEnded(reason=EndReason.HUNG_UP)
    until(exchange, lambda: not exchange.off_hook())
    until(exchange, lambda: exchange.line.state is LineState.IDLE)
    talk(exchange)


def test_dial_when_the_far_end_answers_then_connected(exchange: LineBench) -> None:
    exchange.oblige()
    exchange.line.ask(Dial(number=NUMBER))
    expect(exchange, CallConnected)
    assert exchange.dialled() == NUMBER
    assert exchange.line.state is LineState.TALKING


def test_dial_when_in_talk_then_refused(exchange: LineBench) -> None:
    talk(exchange)
    exchange.line.ask(Dial(number=NUMBER))
    assert expect(exchange, CallEnded) == CallEnded(reason=EndReason.REFUSED)
    assert exchange.line.state is LineState.TALKING


@pytest.mark.parametrize("in_talk", [False, True])
def test_device_when_unplugged_then_an_event_and_no_crash(exchange: LineBench, in_talk: bool) -> None:
    if in_talk:
        talk(exchange)
    exchange.unplug()
    gone = expect(exchange, DeviceGone)
    assert isinstance(gone, DeviceGone)
    assert gone.reason
    assert exchange.line.state is LineState.NO_LINE
    exchange.line.play(b"\xff" * FRAME)
    with pytest.raises(DeviceGoneError, match=r"open it again"):
        exchange.line.ask(HangUp())
    exchange.line.close()


def test_close_when_done_twice_then_safe_and_on_hook(exchange: LineBench) -> None:
    talk(exchange)
    exchange.line.close()
    exchange.line.close()
    until(exchange, lambda: not exchange.off_hook())
    with pytest.raises(DeviceGoneError, match=r"closed; open it again"):
        exchange.line.ask(HangUp())
