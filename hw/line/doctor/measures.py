"""Levels, tones and rhythms of a piece of sound. Pure.

Levels are in dBm0 as G.711 has it: a sine of full scale is +3.17.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from hw.line.doctor.captures import RATE_HZ

FULL_SCALE_DBM0 = 3.17
SILENT_DBM0 = -99.0
_SINE = 32768.0**2 / 2
_WINDOW = 3200  # samples: 0.4 s, two tones 10 Hz apart are two
_STEP_HZ = 5.0
_WEAKER = 0.05  # of the strongest: 13 dB below it is no part of a tone
_BLOCK = 160  # 20 ms
_QUIETER_DB = 15.0  # than the loudest blocks is a pause
_SHORTEST_S = 0.06
_LOOKED_AT = 4  # runs: twice on and twice off


def level_dbm0(samples: Sequence[int]) -> float:
    """Mean level; SILENT_DBM0 for nothing at all."""
    power = sum(sample * sample for sample in samples) / len(samples) if samples else 0.0
    return max(SILENT_DBM0, 10 * math.log10(power / _SINE) + FULL_SCALE_DBM0) if power else SILENT_DBM0


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """frequencies_hz: rising, to 5 Hz; purity: the share of the power that is on them (0 … 1)."""

    frequencies_hz: tuple[float, ...] = ()
    purity: float = 0.0
    level_dbm0: float = SILENT_DBM0


def tones_in(samples: Sequence[int], low_hz: float = 300.0, high_hz: float = 700.0) -> Heard:
    """The steady tones in the loudest 0.4 s of a sound."""
    window = _loudest(samples)
    if len(window) < _WINDOW:
        return Heard()
    shaped = [sample * (0.5 - 0.5 * math.cos(2 * math.pi * n / _WINDOW)) for n, sample in enumerate(window)]
    total = sum(sample * sample for sample in shaped)
    if not total:
        return Heard()
    count = round((high_hz - low_hz) / _STEP_HZ) + 1
    grid = [low_hz + _STEP_HZ * number for number in range(count)]
    shares = [3 * _power(shaped, hz) / (_WINDOW * total) for hz in grid]
    least = max(shares) * _WEAKER
    tops = [at for at in range(1, count - 1) if least <= shares[at] == max(shares[max(0, at - 3) : at + 4])]
    return Heard(
        frequencies_hz=tuple(grid[at] for at in tops),
        purity=min(1.0, sum(shares[at] for at in tops)),
        level_dbm0=level_dbm0(window),
    )


def _loudest(samples: Sequence[int]) -> Sequence[int]:
    starts = range(0, max(1, len(samples) - _WINDOW + 1), _WINDOW // 4)
    best = max(starts, key=lambda at: sum(sample * sample for sample in samples[at : at + _WINDOW : 4]))
    return samples[best : best + _WINDOW]


def _power(shaped: Sequence[float], hz: float) -> float:
    factor = 2.0 * math.cos(2.0 * math.pi * hz / RATE_HZ)
    before = last = 0.0
    for sample in shaped:
        before, last = last, sample + factor * last - before
    return before * before + last * last - factor * before * last


def power_at(samples: Sequence[int], hz: float) -> float:
    """Mean power of a sine of that frequency in all of `samples`."""
    count = len(samples)
    return 2 * _power([float(sample) for sample in samples], hz) / count**2 if count else 0.0


def levels_dbm0(samples: Sequence[int]) -> list[float]:
    """Of each 20 ms."""
    return [level_dbm0(samples[at : at + _BLOCK]) for at in range(0, len(samples) - _BLOCK + 1, _BLOCK)]


def rhythm_s(samples: Sequence[int]) -> tuple[float, ...]:
    """(on, off) of a sound that comes and goes evenly in the end; () for one that does not, or never pauses."""
    levels = levels_dbm0(samples)
    if not levels:
        return ()
    least = max(levels) - _QUIETER_DB
    runs = _runs([level >= least for level in levels])[1:-1][-_LOOKED_AT:]  # the first and the last are cut off
    on = [length for sounds, length in runs if sounds]
    off = [length for sounds, length in runs if not sounds]
    if len(on) < 2 or len(off) < 2 or not _even(on) or not _even(off):
        return ()
    return statistics.median(on), statistics.median(off)


def _runs(heard: Sequence[bool]) -> list[tuple[bool, float]]:
    runs: list[tuple[bool, float]] = []
    for sounds in heard:
        if runs and runs[-1][0] is sounds:
            runs[-1] = (sounds, runs[-1][1] + _BLOCK / RATE_HZ)
        else:
            runs.append((sounds, _BLOCK / RATE_HZ))
    return runs


def _even(lengths: Sequence[float]) -> bool:
    return min(lengths) >= _SHORTEST_S and max(lengths) <= 1.3 * min(lengths) + 2 * _BLOCK / RATE_HZ
