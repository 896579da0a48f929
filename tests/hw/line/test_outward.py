"""Voice on its way to a line: what a late bringer left behind goes, what he needs stays."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from hw.line.outward import WATCHED, Outward

FRAME = 160
VOICE = bytes(range(1, 127)) * 100


def frame(number: int) -> bytes:
    return VOICE[number % 70 * FRAME : (number % 70 + 1) * FRAME]


def second(outward: Outward, first: int = 0) -> int:
    """One frame in, one out, fifty times; how many samples came out."""
    out = 0
    for number in range(first, first + WATCHED // FRAME):
        outward.put(frame(number))
        out += len(outward.take(FRAME))
    return out


def test_voice_when_it_comes_in_time_then_whole_and_in_order() -> None:
    outward = Outward(10 * FRAME)
    for number in range(200):
        outward.put(frame(number))
        assert outward.take(FRAME) == frame(number)
    assert (outward.waiting, outward.left_out) == (0, 0)


def test_voice_when_frames_were_late_once_then_what_they_left_behind_is_gone_a_second_later() -> None:
    outward = Outward(10 * FRAME, grain=FRAME)
    for number in range(4):
        outward.put(frame(number))  # of them three had been replaced by silence
    outward.take(FRAME)
    second(outward, 4)
    assert second(outward, 54) == WATCHED
    assert (outward.waiting, outward.left_out) == (0, 3 * FRAME)


@given(st.integers(0, 2**32))
def test_voice_when_its_bringer_is_late_all_the_time_then_what_he_needs_is_kept(seed: int) -> None:
    """Up to two frames late: after some seconds there is no gap any more, and no more than two wait."""
    chance, outward, held = random.Random(seed), Outward(10 * FRAME), 0
    gaps: list[int] = []
    for turn in range(500):
        held += 1
        if turn % 10 == 0 or held > 2 or chance.random() < 0.7:
            for _ in range(held):
                outward.put(frame(turn))
            held = 0
        gaps.append(len(outward.take(FRAME)) < FRAME)
    assert outward.waiting <= 3 * FRAME
    assert sum(gaps) <= 20


def test_voice_when_the_device_has_more_than_it_needs_then_some_is_left_out() -> None:
    outward = Outward(10 * FRAME)
    for number in range(WATCHED // FRAME):
        outward.put(frame(number), surplus=60)
        outward.take(FRAME) if number < WATCHED // FRAME - 1 else None
    assert outward.left_out == 60
    assert outward.waiting == FRAME - 60


def test_voice_when_nobody_takes_it_then_the_newest_is_kept() -> None:
    outward = Outward(2 * FRAME)
    for number in range(9):
        outward.put(frame(number))
    assert outward.take(10 * FRAME) == frame(7) + frame(8)
    outward.put(frame(1))
    outward.clear()
    assert outward.take(FRAME) == b""
