"""The buffer between two clocks, with clocks made of numbers: drift, late deliveries, stalls, and never a click."""

from __future__ import annotations

import array
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.audio.elastic import ElasticBuffer

RATE = 8000
PERIOD = 16  # samples of 500 Hz
LOUD = 8000


@dataclass
class Run:
    """What came out of a simulated run, and how deep the buffer was."""

    buffer: ElasticBuffer
    out: array.array[int]
    depths: list[int]

    def after(self, seconds: float) -> array.array[int]:
        return self.out[round(seconds * RATE) :]


def tone() -> Iterator[int]:
    wave = [round(LOUD * math.sin(2 * math.pi * n / PERIOD)) for n in range(PERIOD)]
    while True:
        yield from wave


def run(
    seconds: float,
    *,
    ppm: float = 0.0,
    delivery: int = 80,
    taken: int = 160,
    late_s: Callable[[int], float] = lambda _: 0.0,
    phase_s: float = 0.003,
) -> Run:
    """Deliveries come by a clock that is `ppm` faster; delivery n comes `late_s(n)` after its time."""
    buffer, out, depths, source = ElasticBuffer(rate_hz=RATE), array.array("h"), [], tone()
    interval = delivery / RATE / (1 + ppm * 1e-6)
    brought = 0
    arrives = phase_s + late_s(0)
    for turn in range(round(seconds * RATE / taken)):
        now = turn * taken / RATE
        while arrives <= now:
            buffer.push(array.array("h", (next(source) for _ in range(delivery))).tobytes(), arrives)
            brought += 1
            arrives = max(arrives, phase_s + brought * interval + late_s(brought))
        out.frombytes(buffer.pull(taken, now))
        depths.append(buffer.depth)
    return Run(buffer, out, depths)


def worst_click(samples: array.array[int]) -> float:
    """How far a sample is from what a sine of 500 Hz would go on with, at worst; of LOUD."""
    turn = 2 * math.cos(2 * math.pi / PERIOD)
    return max(abs(c - (turn * b - a)) for a, b, c in zip(samples, samples[1:], samples[2:], strict=False)) / LOUD


@pytest.mark.parametrize("ppm", [-200.0, 0.0, 200.0])
@pytest.mark.parametrize(("delivery", "taken"), [(80, 160), (160, 80), (160, 160), (40, 160)])
def test_buffer_when_clocks_drift_then_no_click_and_no_growth(ppm: float, delivery: int, taken: int) -> None:
    made = run(120, ppm=ppm, delivery=delivery, taken=taken)
    assert (made.buffer.underruns, made.buffer.cuts) == (0, 0)
    assert worst_click(made.after(1.0)) < 0.02
    early, late = made.depths[len(made.depths) // 4 : len(made.depths) // 2], made.depths[-len(made.depths) // 4 :]
    assert abs(max(late) - max(early)) <= max(delivery, taken)
    assert max(late) <= 2 * max(delivery, taken) + 0.01 * RATE
    corrected = made.buffer.faster - made.buffer.slower
    assert corrected == pytest.approx(ppm * 1e-6 * RATE * 120, abs=25)


@pytest.mark.parametrize(("ppm", "delivery", "taken"), [(200.0, 80, 160), (-200.0, 160, 80)])
def test_buffer_when_clocks_drift_for_ten_minutes_then_it_is_as_deep_as_at_the_beginning(
    ppm: float, delivery: int, taken: int
) -> None:
    made = run(600, ppm=ppm, delivery=delivery, taken=taken)
    assert (made.buffer.underruns, made.buffer.cuts) == (0, 0)
    assert worst_click(made.after(1.0)) < 0.02
    minute = 60 * RATE // taken
    first, last = made.depths[minute : 2 * minute], made.depths[-minute:]
    assert abs(sum(last) - sum(first)) / minute < max(delivery, taken)
    assert made.buffer.faster - made.buffer.slower == pytest.approx(ppm * 1e-6 * RATE * 600, abs=25)


def test_buffer_when_clocks_agree_then_sound_passes_untouched() -> None:
    made = run(20)
    assert made.buffer.faster + made.buffer.slower == 0
    assert worst_click(made.after(0.5)) < 0.001


def test_buffer_when_deliveries_are_late_then_it_grows_deep_enough_and_stays_whole() -> None:
    made = run(60, late_s=lambda n: 0.015 if n % 100 == 99 else 0.0)
    assert made.buffer.underruns <= 1
    assert worst_click(made.after(10.0)) < 0.02


def test_buffer_when_all_is_calm_then_delay_is_short() -> None:
    made = run(10)
    assert max(made.depths[100:]) <= 80 + 0.010 * RATE


def test_buffer_when_a_stall_is_over_then_delay_comes_back_down() -> None:
    made = run(90, late_s=lambda n: 0.3 if n == 500 else 0.0)
    assert made.buffer.underruns >= 1
    assert made.depths[-1] <= 0.25 * RATE  # a lateness of MOST_S is remembered for a minute, not longer
    assert made.depths[-1] < max(made.depths)


def test_buffer_when_nothing_is_brought_then_silence() -> None:
    buffer = ElasticBuffer(rate_hz=RATE)
    assert buffer.pull(160, 0.0) == bytes(320)
    assert buffer.underruns == 0


def test_buffer_when_it_runs_dry_then_sound_fades_and_begins_again() -> None:
    buffer, source = ElasticBuffer(rate_hz=RATE), tone()
    for turn in range(20):
        buffer.push(array.array("h", (next(source) for _ in range(160))).tobytes(), turn * 0.02)
        buffer.pull(160, turn * 0.02)
    last = [array.array("h", buffer.pull(160, 0.4 + turn * 0.02)) for turn in range(4)]
    assert buffer.underruns == 1
    assert last[-1] == array.array("h", bytes(320))
    joined = array.array("h", [sample for part in last for sample in part])
    steps = [abs(b - a) for a, b in itertools.pairwise(joined)]
    assert max(steps) <= LOUD * 2 * math.pi / PERIOD * 1.2  # as steep as the tone itself, no cliff


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0, 1, 40, 80, 160, 481]), st.integers(1, 400), st.floats(0, 0.2)), max_size=80)
)
def test_buffer_when_anything_happens_then_it_gives_what_is_asked(turns: list[tuple[int, int, float]]) -> None:
    buffer, now = ElasticBuffer(rate_hz=RATE), 0.0
    for brought, taken, pause in turns:
        now += pause
        if brought:
            buffer.push(bytes(2 * brought), now)
        assert len(buffer.pull(taken, now)) == 2 * taken
        assert buffer.depth >= 0
