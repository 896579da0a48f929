"""Sound made up in a gap: a tone goes on as that tone, silence stays silence, and nothing ever clicks."""

from __future__ import annotations

import array
import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.audio.conceal import FULL_S, OVER_S, PAST_S, Concealment

RATE = 8000
LOUD = 10_000
PAST, FULL, OVER = (round(span * RATE) for span in (PAST_S, FULL_S, OVER_S))
SAMPLES = st.lists(st.integers(-32768, 32767), min_size=1, max_size=PAST)


def tone(frequency_hz: float, count: int, start: int = 0) -> array.array[int]:
    turn = 2 * math.pi * frequency_hz / RATE
    return array.array("h", (round(LOUD * math.sin(turn * (start + n))) for n in range(count)))


def steepest(samples: array.array[int]) -> int:
    return max(abs(b - a) for a, b in itertools.pairwise(samples))


@pytest.mark.parametrize("frequency_hz", [70.0, 100.0, 123.4, 200.0, 440.0, 500.0, 1004.0, 2000.0, 3000.0])
def test_concealment_when_a_tone_breaks_off_then_it_goes_on(frequency_hz: float) -> None:
    made = Concealment(tone(frequency_hz, PAST)).more(FULL)
    off = max(abs(a - b) for a, b in zip(made, tone(frequency_hz, FULL, PAST), strict=True))
    assert off < 0.4 * LOUD  # a period is a whole number of samples: a high tone is a little off
    assert max(map(abs, made)) > 0.8 * LOUD


@pytest.mark.parametrize("frequency_hz", [100.0, 500.0, 1000.0, 2000.0])
def test_concealment_when_the_period_is_whole_then_the_tone_is_exact(frequency_hz: float) -> None:
    made = Concealment(tone(frequency_hz, PAST)).more(FULL)
    assert max(abs(a - b) for a, b in zip(made, tone(frequency_hz, FULL, PAST), strict=True)) <= 2


def test_concealment_when_it_lasts_then_it_fades_to_silence() -> None:
    gap = Concealment(tone(500, PAST))
    peaks = [max(map(abs, gap.more(RATE // 100))) for _ in range(8)]
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[0] > 0.9 * LOUD > peaks[2] > 0.5 * LOUD
    assert peaks[6:] == [0, 0]
    assert gap.over


def test_concealment_when_there_was_silence_then_silence() -> None:
    for past in (array.array("h"), array.array("h", bytes(2 * PAST))):
        gap = Concealment(past)
        assert set(gap.more(OVER)) == {0}
        assert gap.wait_for(tone(500, 80)) == 0


@pytest.mark.parametrize("frequency_hz", [90.0, 200.0, 500.0, 1000.0])
@pytest.mark.parametrize("lost", [0, 13, 160, 200])
def test_concealment_when_the_sound_comes_back_then_it_goes_on_in_step(frequency_hz: float, lost: int) -> None:
    past = tone(frequency_hz, PAST)
    gap, real = Concealment(past), tone(frequency_hz, 240, PAST)
    heard = gap.more(lost)
    wait = gap.wait_for(real)
    assert 0 <= wait < gap.period
    heard += gap.more(wait)
    while not gap.returned:
        heard += gap.blended(real[:25])
        del real[:25]
    assert steepest(past + heard) <= 1.1 * steepest(past)
    whole, period = past + heard, RATE // 90
    weakest = min(max(map(abs, whole[at : at + period])) for at in range(len(whole) - period))
    assert weakest > 0.6 * LOUD


@settings(max_examples=80, deadline=None)
@given(SAMPLES, SAMPLES, st.integers(0, 600))
def test_concealment_when_it_is_any_sound_then_no_step_is_steeper_than_its_own(
    before: list[int], after: list[int], lost: int
) -> None:
    past = array.array("h", [*([0] * (PAST - len(before))), *before])
    gap = Concealment(past)
    made = gap.more(lost)
    own, loudest = steepest(past), max(map(abs, past))
    heard = array.array("h", past[-1:]) + made
    # a cross-fade over half a period adds up to twice the sound's own steps, its bend once, and the fade some of it
    if lost:
        assert steepest(heard) <= 5 * own + loudest / (OVER - FULL) + 2
        assert max(map(abs, made)) <= 3 * loudest
    assert 0 <= gap.wait_for(array.array("h", after)) < gap.period
    joined = gap.blended(array.array("h", after))
    assert len(joined) == len(after)
