"""Nobody says anything: noticed after the time that was set, and not for a click or a pause."""

from __future__ import annotations

import pytest

from hw.line.silence import SilenceWatch

QUIET, LOUD = [20, -20] * 80, [3000, -3000] * 80


def run(watch: SilenceWatch, seconds: float, piece: list[int], start: float = 0.0) -> list[float]:
    """When it was noticed."""
    steps = range(round(seconds * 50))
    return [start + step * 0.02 for step in steps if watch.feed(piece, start + step * 0.02)]


def test_silence_when_it_lasts_then_noticed_once_after_its_time() -> None:
    assert run(SilenceWatch(5.0), 9.0, QUIET) == [pytest.approx(5.0, abs=0.03)]


def test_silence_when_somebody_speaks_then_counted_anew() -> None:
    watch = SilenceWatch(5.0)
    assert run(watch, 4.0, QUIET) == []
    assert run(watch, 0.5, LOUD, 4.0) == []
    assert run(watch, 6.0, QUIET, 4.5) == [pytest.approx(9.5, abs=0.2)]


def test_silence_when_it_only_clicks_then_still_silence() -> None:
    watch = SilenceWatch(5.0)
    told = []
    for second in range(8):
        told += run(watch, 0.98, QUIET, second)
        told += run(watch, 0.02, LOUD, second + 0.98) if second % 3 == 0 else []
    assert told == [pytest.approx(5.0, abs=0.03)]


def test_silence_when_no_time_is_set_then_never() -> None:
    assert run(SilenceWatch(0.0), 100.0, QUIET) == []
