"""Whose a rupture was: the machine's only where it stood still for longer than the buffer could bear."""

from __future__ import annotations

from typing import Any

import pytest
from bench.drift_run import _heard, _stalled, _summary
from bench.sound_judge import tone
from kit.rtp_call import Packets
from kit.witness import Stall

from hw.line.g711 import to_mulaw

QUIET: dict[str, Any] = {
    "depth": 160, "wanted": 160.0, "underruns": 0, "cuts": 0, "faster": 0, "slower": 0, "concealed": 0, "ruptures": [],
}  # fmt: skip
RUPTURE = {"at": 10.0, "since_s": 0.030, "spare_s": 0.012, "cut": False}


@pytest.mark.parametrize(
    ("began", "lasted", "count"), [(9.98, 0.013, 1), (9.98, 0.011, 0), (9.90, 0.013, 0), (10.01, 0.05, 0)]
)
def test_stalled_when_the_machine_stood_still_then_only_for_long_enough_and_at_that_time(
    began: float, lasted: float, count: int
) -> None:
    assert _stalled([RUPTURE], [Stall(began=began, ended=began + lasted)]) == count


def test_summary_when_more_is_wanted_then_deeper_is_no_growth() -> None:
    deeper = {**QUIET, "depth": 400, "wanted": 400.0, "underruns": 1, "concealed": 80, "ruptures": [RUPTURE]}
    found = _summary([QUIET, QUIET, deeper, deeper], 60.0, [])
    assert (found["early_ms"], found["late_ms"], found["growth_ms"]) == (20.0, 50.0, 0.0)
    assert (found["ruptures"], found["stalled"], found["concealed_ms"]) == (1, 0, 10.0)
    assert _summary([QUIET, {**QUIET, "depth": 400}], 60.0, [])["growth_ms"] == 30.0


TIMES = [n * 0.02 for n in range(100)]


def heard(sent: list[float], stalls: list[Stall]) -> dict[str, Any]:
    packet, silent = to_mulaw(tone()), b"\xff" * 160
    sounds = [silent if n in (50, 51) else packet for n in range(100)]
    return _heard(Packets(times=TIMES, sounds=sounds), sent, stalls)


@pytest.mark.parametrize(("still_s", "ours"), [(0.0, 1), (0.030, 1), (0.045, 0)])
def test_heard_when_there_is_a_gap_then_ours_unless_the_machine_stood_still_as_long(still_s: float, ours: int) -> None:
    found = heard(TIMES, [Stall(began=0.9, ended=0.9 + still_s)] if still_s else [])
    assert (found["gaps"], found["gap_ms"], found["gaps_ours"]) == (1, 40.0, ours)
    assert (found["gaps_far_end"], found["far_end_late_ms"]) == (0, 0.0)


@pytest.mark.parametrize(("late_s", "ours"), [(0.030, 1), (0.045, 0)])
def test_heard_when_the_far_end_was_silent_then_it_is_told_apart(late_s: float, ours: int) -> None:
    found = heard([time + late_s * (time > 0.9) for time in TIMES], [])
    assert (found["gaps_far_end"], found["gaps_ours"]) == (1 - ours, ours)
    assert found["far_end_late_ms"] == pytest.approx(1000 * late_s)
