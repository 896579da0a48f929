"""The buffer between two clocks, with clocks made of numbers: drift, late deliveries, stalls, and never a click."""

from __future__ import annotations

import array
import itertools
import math
import random
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


def weakest(samples: array.array[int]) -> float:
    """The peak of the softest period; of LOUD."""
    return min(max(map(abs, samples[at : at + PERIOD])) for at in range(0, len(samples) - PERIOD, PERIOD)) / LOUD


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
    assert made.buffer.cuts == 0


def test_buffer_when_nothing_is_brought_then_silence() -> None:
    buffer = ElasticBuffer(rate_hz=RATE)
    assert buffer.pull(160, 0.0) == bytes(320)
    assert buffer.underruns == 0


def test_buffer_when_it_runs_dry_then_sound_goes_on_and_fades() -> None:
    buffer, source = ElasticBuffer(rate_hz=RATE), tone()
    for turn in range(20):
        buffer.push(array.array("h", (next(source) for _ in range(160))).tobytes(), turn * 0.02)
        buffer.pull(160, turn * 0.02)
    last = [array.array("h", buffer.pull(160, 0.4 + turn * 0.02)) for turn in range(6)]
    assert (buffer.underruns, [rupture.cut for rupture in buffer.ruptures]) == (1, [False])
    assert max(last[1]) > LOUD / 2
    assert last[-1] == array.array("h", bytes(320))
    joined = array.array("h", [sample for part in last for sample in part])
    steps = [abs(b - a) for a, b in itertools.pairwise(joined)]
    assert max(steps) <= LOUD * 2 * math.pi / PERIOD * 1.05  # as steep as the tone itself, no cliff


@pytest.mark.parametrize(("delivery", "taken"), [(80, 160), (160, 80)])
@pytest.mark.parametrize("stall_s", [0.020, 0.030, 0.040])
def test_buffer_when_deliveries_stall_then_the_tone_has_no_gap(delivery: int, taken: int, stall_s: float) -> None:
    made = run(20, delivery=delivery, taken=taken, late_s=lambda n: stall_s if n == 400 else 0.0)
    assert made.buffer.underruns == 1
    assert made.buffer.concealed > 0
    assert worst_click(made.after(0.5)) < 0.05
    assert weakest(made.after(0.5)) > (0.9 if stall_s < 0.03 else 0.5)


def test_buffer_when_deliveries_are_lost_then_it_goes_on_at_once() -> None:
    buffer, out, source = ElasticBuffer(rate_hz=RATE), array.array("h"), tone()
    for turn in range(500):
        for half in range(2):
            block = array.array("h", (next(source) for _ in range(80))).tobytes()
            if turn not in (200, 201, 202):
                buffer.push(block, turn * 0.02 + half * 0.01)
        out.frombytes(buffer.pull(160, turn * 0.02 + 0.01))
    assert buffer.underruns <= 3  # it begins with little, and fills by and by
    assert buffer.concealed < 0.1 * RATE
    assert worst_click(out[RATE // 2 :]) < 0.05


def test_buffer_when_deliveries_keep_being_late_then_it_fills_up_and_the_tone_stays() -> None:
    dice = random.Random(2)
    late = [dice.uniform(0, 0.08) if dice.random() < 0.15 else 0.0 for _ in range(3100)]
    made = run(30, late_s=lambda n: late[n])
    assert 1 <= made.buffer.underruns <= 5
    assert made.buffer.concealed < 0.25 * RATE
    assert worst_click(made.after(0.5)) < 0.1


def test_buffer_when_a_delivery_is_later_than_the_late_one_before_it_then_all_of_it_is_learned() -> None:
    late = {500: 0.006, 501: 0.012, 502: 0.018}
    made = run(15, late_s=lambda n: late.get(n, 0.0))
    assert made.buffer.wanted / RATE >= 0.010 + 0.018


def test_buffer_when_the_same_stall_comes_again_two_minutes_later_then_it_is_borne() -> None:
    stalls = (2000, 14_000)
    made = run(150, late_s=lambda n: 0.025 if n in stalls else 0.0)
    assert made.buffer.underruns == 1
    assert made.buffer.ruptures[0].spare_s < 0.025
    assert made.buffer.ruptures[0].at == pytest.approx(20.0, abs=0.1)


def test_buffer_when_a_heap_is_cut_then_the_tone_goes_on() -> None:
    buffer, out, source = ElasticBuffer(rate_hz=RATE), array.array("h"), tone()
    for turn in range(200):
        for _ in range(5 if turn == 100 else 1):
            buffer.push(array.array("h", (next(source) for _ in range(163))).tobytes(), turn * 163 / RATE)
        out.frombytes(buffer.pull(163, turn * 163 / RATE))
    assert (buffer.cuts, buffer.underruns) == (1, 0)
    assert worst_click(out[RATE // 2 :]) < 0.02
    assert weakest(out[RATE // 2 :]) > 0.9


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
