"""What a DAA's pins and sound mean, without pins and sound: the clock is a number."""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Iterable

import pytest
from kit.fsk import mdmf, modulate, noisy, transmission

from hw.audio.echo import NoCanceller
from hw.daa.daa_line import BLOCK, RETRY_S, DaaLine, Hook, Senses, Voice
from hw.daa.fsk import PLANS, TonePlan
from hw.daa.loop_current import NO_CURRENT_S
from hw.line.dtmf import dial_tones
from hw.line.profile import CallerIdStart, Profile
from hw.line.signals import (
    Answer,
    CallArrived,
    CallConnected,
    CallEnded,
    Dial,
    EndReason,
    Flash,
    KeyPressed,
    LineFound,
    LineLost,
    Outcome,
)
from hw.line.states import LineState
from hw.line.tones import tones_of

ALL = Senses(current=True, polarity=True, voltage=True)
QUIET = array("h", bytes(2 * BLOCK))
CALLER = mdmf((0x01, b"11221830"), (0x02, b"5550123"), (0x07, b"HAN"))


class Bench:
    """A line whose time goes on by what it hears, 20 ms a block."""

    def __init__(self, profile: Profile | None = None, senses: Senses = ALL) -> None:
        self.line = DaaLine(profile or Profile(country="US"), NoCanceller(), senses)
        self.now = 0.0
        self.news: list[Outcome] = []
        self.current = True  # whether a loop that is closed carries current

    def hear(self, samples: Iterable[int], played: Iterable[int] = ()) -> None:
        heard, ours = array("h", samples), array("h", played)
        heard.extend([0] * (-len(heard) % BLOCK))
        ours.extend([0] * (len(heard) - len(ours)))
        for at in range(0, len(heard), BLOCK):
            self.now += 0.02
            self.tell(self.line.hear(heard[at : at + BLOCK], ours[at : at + BLOCK], self.now))
            self.tell(self.line.handle_timer(self.now))

    def wait(self, seconds: float) -> None:
        self.hear([0] * round(8000 * seconds))

    def ring(self, on_s: float = 2.0) -> None:
        for n in range(round(on_s * 40)):
            self.tell(self.line.ring_edge(self.now + n / 40))
        self.now += on_s

    def tell(self, news: list[Outcome]) -> None:
        for one in news:
            if isinstance(one, Hook) and one.off:
                self.line.current(self.current, self.now)
            if not isinstance(one, Voice):
                self.news.append(one)

    def ask(self, request: Answer | Dial | Flash) -> None:
        self.tell(self.line.ask(request, self.now))

    def taken(self) -> list[Outcome]:
        news, self.news = self.news, []
        return news


def answered(bench: Bench) -> Bench:
    bench.ring()
    bench.wait(5.0)
    bench.ask(Answer())
    bench.wait(0.6)
    assert bench.line.state is LineState.TALKING
    bench.taken()
    return bench


def tone(frequencies_hz: tuple[float, ...], seconds: float) -> list[int]:
    turns = [2 * math.pi * hz / 8000 for hz in frequencies_hz]
    return [round(sum(3000 * math.sin(turn * n) for turn in turns)) for n in range(round(8000 * seconds))]


def busy(cycles: int) -> list[int]:
    spec = next(one for one in tones_of("US") if one.tone == "busy")
    on, off = spec.cadence_s
    return (tone(spec.frequencies_hz, on) + [0] * round(8000 * off)) * cycles


@pytest.mark.parametrize("plan", PLANS)
def test_caller_when_sent_between_two_rings_then_told_with_the_call(plan: TonePlan) -> None:
    bench = Bench()
    bench.ring()
    bench.hear(noisy(modulate(transmission(CALLER), plan), 25.0, random.Random(1)))
    (arrived,) = bench.taken()
    assert isinstance(arrived, CallArrived)
    assert (arrived.caller.number, arrived.caller.name) == ("5550123", "HAN")


def test_caller_when_damaged_then_the_call_comes_without_and_it_is_counted() -> None:
    bench = Bench()
    bench.ring()
    damaged = CALLER[:9] + bytes([CALLER[9] ^ 1]) + CALLER[10:]
    bench.hear(noisy(modulate(transmission(damaged), PLANS[0]), 40.0, random.Random(1)))
    bench.wait(3.0)
    (arrived,) = bench.taken()
    assert isinstance(arrived, CallArrived)
    assert not arrived.caller
    assert bench.line.damaged_caller_ids == 1


@pytest.mark.parametrize("alert", ["reversal", "tones"])
def test_caller_when_behind_an_alert_then_told_at_the_first_ring(alert: str) -> None:
    bench = Bench(Profile(country="GB", caller_id=CallerIdStart.BEFORE_RING))
    if alert == "tones":
        bench.hear(tone((2130.0, 2750.0), 0.1))
    else:
        bench.tell(bench.line.polarity_reversed(bench.now))
    bench.hear(noisy(modulate(transmission(CALLER), PLANS[1]), 30.0, random.Random(2)))
    assert bench.taken() == []
    bench.ring()
    (arrived,) = bench.taken()
    assert isinstance(arrived, CallArrived)
    assert arrived.caller.number == "5550123"


def test_caller_when_told_by_keys_then_read() -> None:
    bench = Bench(Profile(country="DK", caller_id=CallerIdStart.BEFORE_RING))
    bench.tell(bench.line.polarity_reversed(bench.now))
    bench.hear(dial_tones("D5550123C"))
    bench.ring()
    (arrived,) = bench.taken()
    assert isinstance(arrived, CallArrived)
    assert arrived.caller.number == "5550123"


def test_idle_line_when_somebody_is_heard_on_it_then_nothing_follows() -> None:
    bench = Bench()
    bench.hear(tone((500.0, 700.0), 2.0))
    assert bench.taken() == []


def test_answer_when_asked_then_off_hook_and_connected() -> None:
    bench = Bench()
    bench.ring()
    bench.wait(5.0)
    bench.ask(Answer())
    bench.wait(0.6)
    assert bench.taken()[-2:] == [Hook(off=True), CallConnected()]


def test_dial_when_polarity_reverses_then_the_far_end_has_answered() -> None:
    bench = Bench()
    bench.ask(Dial(number="5550100"))
    bench.wait(0.5)
    bench.hear(tone(tones_of("US")[0].frequencies_hz, 1.5))
    assert bench.line.state is LineState.DIALLED
    digits = [bench.line.take_block() for _ in range(70)]
    assert any(any(block) for block in digits)
    bench.tell(bench.line.polarity_reversed(bench.now))
    assert bench.taken()[-1] == CallConnected()


@pytest.mark.parametrize("senses", [ALL, Senses(current=True)])
def test_line_when_no_current_flows_then_lost_until_it_is_seen_or_tried_again(senses: Senses) -> None:
    bench = Bench(senses=senses)
    bench.current = False
    bench.ask(Dial(number="5550100"))
    bench.wait(NO_CURRENT_S + 0.1)
    assert bench.taken()[-3:] == [Hook(off=False), CallEnded(reason=EndReason.NO_LINE), LineLost()]
    bench.wait(RETRY_S + 0.1)
    assert bench.taken() == ([] if senses.voltage else [LineFound()])
    bench.tell(bench.line.voltage(True, bench.now))
    assert bench.line.state is LineState.IDLE


def test_line_when_lost_and_it_rings_then_it_is_there() -> None:
    bench = Bench()
    bench.tell(bench.line.voltage(False, 0.0))
    bench.ring()
    assert bench.taken() == [LineLost(), LineFound()]
    assert bench.line.state is LineState.CALLER_ID


@pytest.mark.parametrize(("gone_s", "ends"), [(0.2, False), (0.6, True)])
def test_current_when_it_breaks_in_talk_then_only_a_long_break_ends_the_call(gone_s: float, ends: bool) -> None:
    bench = answered(Bench())
    bench.tell(bench.line.current(False, bench.now))
    bench.wait(gone_s)
    bench.tell(bench.line.current(True, bench.now))
    bench.wait(0.6)
    assert (CallEnded(reason=EndReason.FAR_END) in bench.taken()) is ends


def test_flash_when_asked_then_the_loop_opens_for_a_moment_and_the_call_goes_on() -> None:
    bench = answered(Bench())
    bench.ask(Flash())
    bench.tell(bench.line.current(False, bench.now))
    bench.wait(0.6)
    bench.tell(bench.line.current(True, bench.now))
    bench.wait(1.0)
    assert bench.taken() == [Hook(off=False), Hook(off=True)]
    assert bench.line.state is LineState.TALKING


def test_busy_when_nobody_talks_then_the_call_is_over() -> None:
    bench = answered(Bench())
    bench.hear(busy(5))
    assert CallEnded(reason=EndReason.FAR_END) in bench.taken()


@pytest.mark.parametrize(("cycles", "ends"), [(5, False), (12, True)])
def test_busy_when_our_side_talks_then_it_is_not_believed_before_it_has_lasted(cycles: int, ends: bool) -> None:
    bench = answered(Bench())
    sound = busy(cycles)
    bench.hear(sound, played=tone((300.0,), len(sound) / 8000))
    assert (CallEnded(reason=EndReason.FAR_END) in bench.taken()) is ends


def test_keys_when_the_far_end_presses_them_then_told_once_each() -> None:
    bench = answered(Bench())
    bench.hear(dial_tones("12#"))
    assert bench.taken() == [KeyPressed(key=key) for key in "12#"]


def test_voice_when_more_than_can_be_played_then_the_newest() -> None:
    bench = answered(Bench())
    for number in range(30):
        bench.line.send(bytes([number]) * BLOCK)
    played = [bench.line.take_block() for _ in range(11)]
    assert played[-1] == QUIET
    assert len({block[0] for block in played}) == 11
