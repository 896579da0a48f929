"""What an off-hook line's ear makes of sound: tones unless we talk, silence, and no echo."""

from __future__ import annotations

import math
from array import array

from hw.audio.echo import NoCanceller
from hw.line.ear import BLOCK, DOUBT, TALK_S, Ear
from hw.line.profile import Profile
from hw.line.signals import Signal, SilenceLasted, Tone, ToneHeard
from hw.line.tones import tones_of

QUIET = array("h", bytes(2 * BLOCK))
OURS = array("h", (round(6000 * math.sin(n / 3)) for n in range(BLOCK)))


class Spy(NoCanceller):
    def __init__(self) -> None:
        self.pairs: list[tuple[array[int], array[int]]] = []
        self.forgotten = 0

    def cancel(self, heard: array[int], played: array[int]) -> array[int]:
        self.pairs.append((heard, played))
        return QUIET

    def forget(self) -> None:
        self.forgotten += 1


def ear(silence_s: float = 0.0) -> Ear:
    return Ear(Profile(country="US", silence_s=silence_s), NoCanceller())


def hear(ear: Ear, sound: list[int], played: array[int], *, talking: bool = True) -> list[Signal]:
    """20 ms a block."""
    found: list[Signal] = []
    for number, at in enumerate(range(0, len(sound) - BLOCK + 1, BLOCK)):
        far = ear.without_echo(array("h", sound[at : at + BLOCK]), played)
        found += ear.judge(far, number * 0.02, talking=talking)
    return found


def tone(kind: Tone, seconds: float) -> list[int]:
    spec = next(one for one in tones_of("US") if one.tone is kind)
    period_s = sum(spec.cadence_s)

    def at(n: int) -> int:
        on = not period_s or n / 8000 % period_s < spec.cadence_s[0]
        return round(sum(3000 * math.sin(2 * math.pi * hz * n / 8000) for hz in spec.frequencies_hz)) if on else 0

    return [at(n) for n in range(round(8000 * seconds))]


def test_busy_when_nobody_talks_then_told_by_the_cycle() -> None:
    assert hear(ear(), tone(Tone.BUSY, 2.6), QUIET) == [ToneHeard(tone=Tone.BUSY, cycles=n) for n in (1, 2)]


def test_busy_when_we_talk_then_believed_only_when_it_lasts_long() -> None:
    """Our own sound may be a voice in rhythm; and it may be music that never ends, while the caller has hung up."""
    one = ear()
    assert hear(one, tone(Tone.BUSY, DOUBT - 0.2), OURS) == []
    assert hear(one, tone(Tone.BUSY, DOUBT + 0.2), OURS)[0] == ToneHeard(tone=Tone.BUSY, cycles=1)


def test_busy_when_we_have_been_quiet_for_a_moment_then_believed() -> None:
    one = ear()
    hear(one, [0] * BLOCK, OURS)
    one.judge(array("h", bytes(round(2 * 8000 * TALK_S))), 3.0, talking=True)
    assert hear(one, tone(Tone.BUSY, 1.3), QUIET) == [ToneHeard(tone=Tone.BUSY, cycles=1)]


def test_dial_tone_when_we_talk_then_believed() -> None:
    """The caller had gone before the box answered with a prompt."""
    assert hear(ear(), tone(Tone.DIAL, 2.0), OURS) == [ToneHeard(tone=Tone.DIAL)]


def test_busy_when_we_dial_then_our_own_sound_does_not_hide_it() -> None:
    assert hear(ear(), tone(Tone.BUSY, 2.6), OURS, talking=False) != []


def test_silence_when_it_lasts_in_talk_then_told_once() -> None:
    assert hear(ear(silence_s=1.0), [0] * 8000 * 2, QUIET) == [SilenceLasted()]
    assert hear(ear(silence_s=1.0), [0] * 8000 * 2, QUIET, talking=False) == []


def test_tones_when_another_call_begins_then_counted_anew() -> None:
    one = ear()
    hear(one, tone(Tone.BUSY, 1.3), QUIET)
    one.begin()
    assert hear(one, tone(Tone.BUSY, 1.3), QUIET) == [ToneHeard(tone=Tone.BUSY, cycles=1)]


def test_echo_when_the_canceller_adds_to_what_was_heard_then_it_is_not_believed() -> None:
    """It has learnt something wrong, as when both talk at the very beginning."""

    class Wrong(NoCanceller):
        def cancel(self, heard: array[int], played: array[int]) -> array[int]:
            return array("h", (a + b // 2 for a, b in zip(heard, played, strict=True)))

    theirs = array("h", (round(3000 * math.sin(n / 2)) for n in range(BLOCK)))
    assert Ear(Profile(), Wrong()).without_echo(theirs, OURS) == theirs
    assert Ear(Profile(), Wrong()).without_echo(theirs, QUIET) == theirs


def test_echo_when_heard_then_taken_out_by_the_canceller_with_what_was_played() -> None:
    spy = Spy()
    one = Ear(Profile(), spy)
    assert one.without_echo(OURS, QUIET) == QUIET
    assert spy.pairs == [(OURS, QUIET)]
    one.begin()
    assert spy.forgotten == 0
    one.forget_echo()
    assert spy.forgotten == 1
