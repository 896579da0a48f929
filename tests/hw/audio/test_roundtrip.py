"""The chirp is found in what comes back: soft, in noise, upside down; and nothing is found where there is none."""

from __future__ import annotations

import array
import random

import pytest

from hw.audio.roundtrip import CHIRP, find_chirp


def _back(at: int, *, gain: float = 1.0, noise: int = 0, length: int = 4000) -> array.array[int]:
    dice = random.Random(1)
    heard = array.array("h", (dice.randint(-noise, noise) for _ in range(length)))
    for n, sample in enumerate(CHIRP):
        heard[at + n] = max(-32768, min(32767, heard[at + n] + round(gain * sample)))
    return heard


@pytest.mark.parametrize(("gain", "noise"), [(1.0, 0), (0.01, 0), (-0.3, 500), (0.1, 1000)])
def test_chirp_when_it_comes_back_then_found_to_the_sample(gain: float, noise: int) -> None:
    assert find_chirp(_back(1234, gain=gain, noise=noise)) == 1234


def test_chirp_when_it_does_not_come_back_then_none() -> None:
    dice = random.Random(2)
    assert find_chirp(array.array("h", (dice.randint(-3000, 3000) for _ in range(4000)))) is None
    assert find_chirp(array.array("h", bytes(8000))) is None
    assert find_chirp([]) is None
