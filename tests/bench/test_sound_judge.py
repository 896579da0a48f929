"""What the bench hears in a recorded tone: clicks and gaps that were put there, and none that were not."""

from __future__ import annotations

import array

import pytest
from bench.sound_judge import PERIOD, RATE, clicks, gaps, tone

SECOND = array.array("h", tone() * 50)


def test_judge_when_the_tone_is_whole_then_nothing() -> None:
    assert (clicks(SECOND), gaps(SECOND)) == (0, [])


def test_clicks_when_a_sample_is_lost_then_found() -> None:
    assert clicks(SECOND[:4001] + SECOND[4002:]) > 0


@pytest.mark.parametrize("lost_ms", [4, 10, 60])
def test_gaps_when_the_tone_is_away_then_how_long_and_where(lost_ms: int) -> None:
    lost = lost_ms * RATE // 1000
    sound = SECOND[:4000] + array.array("h", bytes(2 * lost)) + SECOND[4000:]
    (gap,) = gaps(sound)
    assert gap.lasted_ms == pytest.approx(lost_ms, abs=1000 * PERIOD / RATE)
    assert gap.first == pytest.approx(4000, abs=PERIOD)


def test_gaps_when_it_is_half_as_loud_then_a_gap_and_a_little_softer_is_none() -> None:
    def softened(share: float) -> array.array[int]:
        return array.array(
            "h", (round(share * sample) if 1600 <= n < 2400 else sample for n, sample in enumerate(SECOND))
        )

    assert [gap.samples for gap in gaps(softened(0.4))] == [800]
    assert gaps(softened(0.6)) == []
