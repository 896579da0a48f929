"""The witness of the machine: what it adds up, and that it wakes above everything."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from kit.processes import wait_until
from kit.witness import PRIORITY, Stall, Witness, steal_s, stood_still_s


def stall(began: float, ended: float) -> Stall:
    return Stall(began=began, ended=ended)


def test_stood_still_when_two_processors_did_together_then_once() -> None:
    stalls = [stall(1.000, 1.030), stall(1.010, 1.040), stall(1.100, 1.110), stall(5.0, 6.0)]
    assert stood_still_s(stalls, 0.5, 2.0) == pytest.approx(0.050)


def test_stood_still_when_a_stall_only_touches_the_time_then_all_of_it() -> None:
    assert stood_still_s([stall(1.0, 1.2)], 1.1, 1.15) == pytest.approx(0.2)
    assert stood_still_s([stall(1.0, 1.2)], 1.3, 1.4) == 0.0
    assert stood_still_s([], 0.0, 9.0) == 0.0


def test_witness_when_a_processor_is_taken_away_then_it_tells_how_long(tmp_path: Path) -> None:
    with Witness(log=tmp_path / "witness.log") as witness:
        began = time.monotonic()
        if not _taken_for(0.05):
            pytest.skip("needs CAP_SYS_NICE, as the witness does")
        ended = time.monotonic()
        stalls: list[Stall] = []

        def told() -> bool:
            stalls.extend(witness.stalls())
            return stood_still_s(stalls, began, ended) >= 0.03

        wait_until(told, timeout_s=10.0, what="the witness tells")
    assert all(stall.lasted_s >= 0.001 for stall in stalls)


def test_witness_when_asked_again_then_only_what_is_new(tmp_path: Path) -> None:
    with Witness(log=tmp_path / "witness.log") as witness:
        first = witness.stalls()
        assert not set(first) & set(witness.stalls())
    assert steal_s() >= 0.0


def _taken_for(seconds: float) -> bool:
    """Nothing below a priority above the witness's runs on one processor."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY + 1))
    except PermissionError:
        return False
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return True
