"""Where two pieces of sound are alike, and how one becomes the other."""

from __future__ import annotations

import array
import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from hw.audio.splice import best_offset, cross_fade

SAMPLES = st.lists(st.integers(-32768, 32767), min_size=1, max_size=80)


def test_best_offset_when_the_pattern_is_in_it_then_there_whatever_its_loudness() -> None:
    sound = [round(3000 * math.sin(n * n / 300)) for n in range(300)]
    assert best_offset([2 * sample for sample in sound[120:180]], sound) == 120
    assert best_offset(sound[121:181], sound, thin=2) == 121


def test_best_offset_when_there_is_nothing_like_it_then_the_beginning() -> None:
    assert best_offset([5, 5], [0] * 20) == 0
    assert best_offset([5, 5], [-1] * 20) == 0
    assert best_offset([0, 0], [1, 2, 3]) == 0
    assert best_offset([1, 2, 3], [1]) == 0


def test_cross_fade_when_done_in_parts_then_as_in_one() -> None:
    before, after = [1000] * 40, [-3000] * 40
    whole = cross_fade(before, after)
    parts = cross_fade(before[:15], after[:15], length=40) + cross_fade(before[15:], after[15:], done=15, length=40)
    assert parts == whole
    assert all(a > b for a, b in itertools.pairwise(whole))
    assert 1000 > whole[0] > 850
    assert -3000 < whole[-1] < -2850


@given(SAMPLES, SAMPLES)
def test_cross_fade_when_it_is_any_sound_then_between_the_two(before: list[int], after: list[int]) -> None:
    count = min(len(before), len(after))
    mixed = cross_fade(before[:count], after[:count])
    assert mixed.typecode == array.array("h").typecode
    for sample, a, b in zip(mixed, before, after, strict=False):
        assert min(a, b) <= sample <= max(a, b)
