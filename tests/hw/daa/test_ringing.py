"""Rings out of edges: of any ringing frequency, once a ring, and never out of a click."""

from __future__ import annotations

import pytest

from hw.daa.ringing import RingDetector


def edges(hz: float, on_s: float, begin: float = 0.0) -> list[float]:
    return [begin + n / (2 * hz) for n in range(round(on_s * 2 * hz))]


def rings(times: list[float]) -> int:
    detector = RingDetector()
    return sum(detector.edge(at) for at in times)


@pytest.mark.parametrize("hz", [16.0, 20.0, 25.0, 50.0, 68.0])
def test_ring_when_two_seconds_on_and_four_off_then_each_once(hz: float) -> None:
    assert rings(edges(hz, 2.0) + edges(hz, 2.0, 6.0) + edges(hz, 2.0, 12.0)) == 3


def test_ring_when_a_double_ring_then_one() -> None:
    assert rings(edges(25.0, 0.4) + edges(25.0, 0.4, 0.6) + edges(25.0, 0.4, 3.0) + edges(25.0, 0.4, 3.6)) == 2


@pytest.mark.parametrize("times", [[0.0], [0.0, 0.01, 0.02], [n * 0.1 for n in range(200)]])
def test_edges_when_of_a_click_or_of_pulse_dialling_then_no_ring(times: list[float]) -> None:
    assert rings(times) == 0
