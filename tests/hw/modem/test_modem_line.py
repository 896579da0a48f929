"""A line by a fake modem: calls in and out, and their ends, with sound where sound decides."""

from __future__ import annotations

import math

import pytest
from kit.fake_modem import FakeModem

from hw.audio.echo import NoCanceller
from hw.line.caller_id import CallerId
from hw.line.g711 import to_mulaw
from hw.line.profile import Profile
from hw.line.signals import (
    Answer,
    CallArrived,
    CallConnected,
    CallEnded,
    Dial,
    EndReason,
    Flash,
    HangUp,
    KeyPressed,
    LineLost,
    Outcome,
)
from hw.line.states import LineState
from hw.modem.dle import Code
from hw.modem.modem_line import ModemLine, Sound

HAN = CallerId(number="0225550123", name="HAN", month=11, day=22, hour=18, minute=30)


class Bench:
    """Line and modem; the clock moves by hand."""

    def __init__(self, chip: str = "cx", country: str = "US") -> None:
        self.modem = FakeModem(chip)
        self.line = ModemLine(Profile(country=country), NoCanceller())
        self.now = 0.0
        self.news: list[Outcome] = []
        self.line.start(self.now)
        self.turn()
        self.wait(2.0)
        self.news.clear()

    def turn(self) -> None:
        while output := self.line.take_output(self.now):
            self.arrive(self.modem.receive(output))

    def arrive(self, data: bytes) -> None:
        self.news += self.line.feed(data, self.now)

    def ask(self, request: Answer | Dial | HangUp) -> None:
        self.news += self.line.ask(request, self.now)
        self.turn()

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.line.next_timer()) is not None and due <= until:
            self.now = due
            self.news += self.line.handle_timer(due)
            self.turn()
        self.now = until

    def hears(self, frequencies_hz: tuple[float, ...], seconds: float, *, rhythm_s: float = 0.0) -> None:
        """The line sounds; on and off for `rhythm_s` each."""
        for at in range(round(seconds * 50)):
            on = not rhythm_s or int(at / 50 / rhythm_s) % 2 == 0
            block = [
                round(sum(3000 * math.sin(2 * math.pi * hz * (at * 160 + n) / 8000) for hz in frequencies_hz)) * on
                for n in range(160)
            ]
            self.arrive(self.modem.says(to_mulaw(block)))
            self.turn()
            self.wait(0.02)

    def told(self, kind: type[Outcome]) -> list[Outcome]:
        return [one for one in self.news if isinstance(one, kind)]


@pytest.fixture(params=["cx", "usr"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param)


def ring(bench: Bench) -> None:
    bench.arrive(b"\r\nRING\r\n")
    bench.wait(1.5)
    bench.arrive(b"\r\nDATE=1122\r\nTIME=1830\r\nNMBR=0225550123\r\nNAME=HAN\r\n")
    bench.wait(2.5)
    bench.arrive(b"\r\nRING\r\n")


def test_ring_when_the_caller_is_told_then_known_before_the_second_ring(bench: Bench) -> None:
    ring(bench)
    assert bench.news == [CallArrived(caller=HAN)]


def test_call_when_answered_then_voice_and_keys_both_ways_until_we_hang_up(bench: Bench) -> None:
    ring(bench)
    bench.ask(Answer())
    bench.wait(0.5)
    assert bench.told(CallConnected) == [CallConnected()]
    bench.line.send(b"\x20" * 160)
    bench.arrive(bench.modem.says(b"\xff" * 160))
    bench.turn()
    assert b"\x20" * 160 in bench.modem.heard
    bench.arrive(bench.modem.says(b"\x30" * 160, ord("5")))
    assert bench.told(Sound)[1:] == [Sound(mulaw=b"\x30" * 160)]
    assert bench.told(KeyPressed) == [KeyPressed(key="5")]
    bench.ask(HangUp())
    assert bench.told(CallEnded) == [CallEnded(reason=EndReason.HUNG_UP)]
    assert bench.modem.commands[-1] == "AT+VLS=0"
    assert not bench.modem.streaming
    bench.wait(3.0)
    assert bench.line.state is LineState.IDLE


def test_dial_when_the_dial_tone_sounds_then_keys_follow_and_a_busy_line_ends_it(bench: Bench) -> None:
    bench.ask(Dial(number="110"))
    bench.wait(0.5)
    bench.hears((350.0, 440.0), 1.5)
    assert len(bench.modem.heard.strip(b"\xff")) == 3 * 1600 - 800 - 1  # three keys of 0.1 s, 0.1 s apart; ends in nil
    bench.hears((480.0, 620.0), 2.5, rhythm_s=0.5)
    assert bench.told(CallEnded) == [CallEnded(reason=EndReason.BUSY)]
    assert bench.modem.commands[-1] == "AT+VLS=0"


def test_dial_when_there_is_no_dial_tone_then_no_line(bench: Bench) -> None:
    bench.ask(Dial(number="110"))
    bench.wait(4.0)
    assert bench.told(CallEnded) == [CallEnded(reason=EndReason.NO_LINE)]


@pytest.mark.parametrize("code", [Code.BUSY, Code.LOOP_INTERRUPTION, Code.EXTENSION_PICKUP])
def test_talk_when_the_chip_tells_of_its_end_then_over(code: Code) -> None:
    bench = Bench("cx")
    ring(bench)
    bench.ask(Answer())
    bench.wait(0.5)
    bench.arrive(bench.modem.says(b"", code.value))
    bench.turn()
    assert bench.told(CallEnded) == [CallEnded(reason=EndReason.FAR_END)]


def test_pickup_beside_us_when_the_chip_means_just_that_then_the_line_is_theirs() -> None:
    bench = Bench("usr")
    ring(bench)
    bench.ask(Answer())
    bench.wait(0.5)
    bench.arrive(bench.modem.says(b"", Code.EXTENSION_PICKUP.value))
    assert bench.told(CallEnded) == [CallEnded(reason=EndReason.EXTENSION)]


def test_modem_when_it_stops_answering_then_the_line_is_lost(bench: Bench) -> None:
    bench.modem.mute = True
    ring(bench)
    bench.ask(Answer())
    bench.wait(10.0)
    assert bench.told(LineLost) == [LineLost()]
    assert bench.line.state is LineState.NO_LINE


def test_caller_when_told_before_the_first_ring_then_known_with_it() -> None:
    bench = Bench("cx", "GB")
    assert "AT+GCI=B4" in bench.modem.commands
    bench.arrive(b"\r\nDATE=1122\r\nTIME=1830\r\nNMBR=0225550123\r\nNAME=HAN\r\n")
    bench.wait(1.0)
    assert bench.news == []
    bench.arrive(b"\r\nRING\r\n")
    assert bench.news == [CallArrived(caller=HAN)]


def test_talk_when_nobody_says_anything_for_long_then_over_where_the_line_has_no_other_sign() -> None:
    bench = Bench("cx")
    bench.line = ModemLine(Profile(country="US", silence_s=2.0), NoCanceller())
    bench.line.start(bench.now)
    bench.turn()
    bench.wait(2.0)
    ring(bench)
    bench.ask(Answer())
    bench.wait(0.5)
    bench.hears((1004.0,), 3.0)
    assert bench.told(CallEnded) == []
    bench.hears((), 3.0)
    assert bench.told(CallEnded) == [CallEnded(reason=EndReason.SILENCE)]


def test_flash_when_asked_before_there_is_voice_then_it_follows_and_the_talk_goes_on() -> None:
    bench = Bench("cx")
    ring(bench)
    bench.news += bench.line.ask(Answer(), bench.now)  # the modem has heard nothing of it yet
    while (due := bench.line.next_timer()) is not None and not bench.told(CallConnected):
        bench.now = due
        bench.news += bench.line.handle_timer(due)
    bench.news += bench.line.ask(Flash(), bench.now)
    bench.turn()
    bench.wait(1.0)
    assert (bench.modem.flashes, bench.modem.streaming) == (1, True)
    assert bench.line.state is LineState.TALKING
