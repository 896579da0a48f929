"""What was played, in step with what is heard: by count, whoever is late."""

from __future__ import annotations

import itertools
import random
from array import array

from hypothesis import given
from hypothesis import strategies as st

from hw.audio.reference import MOST_KEPT, MOST_SPARE, SPARE, WATCHED, Reference

PIECE = 160


def numbered(first: int, count: int) -> bytes:
    return array("h", ((first + n) % 32000 + 1 for n in range(count))).tobytes()


class Bench:
    """Counts up; every sample says which it is."""

    def __init__(self, ahead: int) -> None:
        self.reference = Reference()
        self.played = self.taken = 0
        self.play(ahead)

    def play(self, samples: int) -> None:
        self.reference.put(numbered(self.played, samples))
        self.played += samples

    def take(self) -> array[int]:
        self.taken += PIECE
        return self.reference.take(PIECE)

    def seconds(self, count: int) -> None:
        for _ in range(count * WATCHED):
            self.play(PIECE)
            self.take()


def test_reference_when_the_first_second_is_over_then_the_newest_that_was_played_in_time() -> None:
    bench = Bench(ahead=700)
    bench.seconds(1)
    bench.play(PIECE)
    assert bench.take() == array("h", numbered(bench.played - PIECE, PIECE))
    assert bench.reference.shifts == 0


@given(st.integers(0, 2**32))
def test_reference_when_players_are_late_then_nothing_moves(seed: int) -> None:
    """At most a piece late, which is what it has come to bear in the second before."""
    chance, bench = random.Random(seed), Bench(ahead=0)
    for _ in range(WATCHED):
        bench.take()  # each time before what belongs to it
        bench.play(PIECE)
    waiting, expected = 0, None
    for _ in range(3 * WATCHED):
        waiting += PIECE
        if waiting > PIECE or chance.random() < 0.5:
            bench.play(waiting)
            waiting = 0
        samples = bench.take()
        behind = (bench.taken - samples[0]) % 32000
        expected = behind if expected is None else expected
        assert behind == expected
        assert {(b - a) % 32000 for a, b in itertools.pairwise(samples)} == {1}


def test_reference_when_what_was_played_comes_late_then_silence_and_it_is_skipped() -> None:
    bench = Bench(ahead=0)
    bench.seconds(1)
    assert bench.take() == array("h", bytes(2 * PIECE))
    bench.play(2 * PIECE)
    assert bench.take() == array("h", numbered(bench.played - PIECE, PIECE))


def test_reference_when_the_device_ran_dry_then_set_right_within_a_second() -> None:
    bench = Bench(ahead=0)
    bench.seconds(1)
    for _ in range(10):
        bench.take()  # and nothing was played meanwhile
    bench.seconds(1)
    assert bench.reference.shifts == 1
    bench.play(PIECE)
    assert bench.take() == array("h", numbered(bench.played - PIECE - SPARE, PIECE))


def test_reference_when_sound_was_lost_while_hearing_then_set_right_within_a_second() -> None:
    bench = Bench(ahead=0)
    bench.seconds(1)
    bench.play(MOST_SPARE + PIECE)
    bench.seconds(2)
    assert bench.reference.shifts == 1
    assert bench.reference.lead == SPARE


def test_reference_when_a_device_swallows_everything_then_no_more_is_kept() -> None:
    bench = Bench(ahead=0)
    for _ in range(100):
        bench.play(PIECE * 5)
    assert bench.reference.lead <= MOST_KEPT
