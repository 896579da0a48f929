"""One sample more or less: the sound before and after joins on, and every frequency of speech survives."""

from __future__ import annotations

import array
import math

import pytest

from hw.audio.bend import AFTER, BEFORE, bend

RATE = 8000


def sine(frequency_hz: float, count: int, *, start: float = 0.0) -> array.array[int]:
    turn = 2 * math.pi * frequency_hz / RATE
    return array.array("h", (round(10_000 * math.sin(turn * (start + n))) for n in range(count)))


@pytest.mark.parametrize("change", [-1, 1])
@pytest.mark.parametrize("frequency_hz", [300.0, 1000.0, 2000.0, 3000.0])
def test_bend_when_a_tone_is_bent_then_it_is_the_tone_at_another_speed(change: int, frequency_hz: float) -> None:
    samples = sine(frequency_hz, BEFORE + 160 + change + AFTER, start=-BEFORE)
    out = bend(samples, 160, change)
    step = (160 + change) / 160
    ideal = [10_000 * math.sin(2 * math.pi * frequency_hz / RATE * n * step) for n in range(160)]
    error = math.sqrt(sum((a - b) ** 2 for a, b in zip(out, ideal, strict=True)) / 160)
    assert error < (250 if frequency_hz <= 2000 else 1800)  # of 7071 rms


def test_bend_when_nothing_changes_then_nothing_changes() -> None:
    samples = sine(700, BEFORE + 80 + AFTER)
    assert bend(samples, 80, 0) == samples[BEFORE : BEFORE + 80]


def test_bend_when_sound_is_at_the_limit_then_it_stays_inside() -> None:
    square = array.array("h", [32767 if n // 4 % 2 else -32768 for n in range(BEFORE + 161 + AFTER)])
    assert len(bend(square, 160, 1)) == 160
