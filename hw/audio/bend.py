"""One sample more or less without a click: a short stretch of sound is read at a slightly other speed. Pure.

A windowed sinc of eight taps interpolates between samples; over the stretch the reading point moves evenly by one
sample, so that the sound before and after it joins on. Source: J. O. Smith, "Digital Audio Resampling".
"""

from __future__ import annotations

import array
import math
from collections.abc import Sequence
from functools import lru_cache

BEFORE, AFTER = 3, 4  # samples that are needed around the stretch
_HALF = (BEFORE + AFTER + 1) / 2
_LOW, _HIGH = -32768, 32767


def bend(samples: Sequence[int], out: int, change: int) -> array.array[int]:
    """`out` samples made from `out + change` of `samples`.

    samples: BEFORE samples that came earlier, then the stretch, then AFTER samples that follow; at least
    BEFORE + out + change + AFTER of them. change: 1 gets through sound faster, -1 slower.
    """
    table = _table(out, change)
    return array.array("h", (_at(samples, start, taps) for start, taps in table))


def _at(samples: Sequence[int], start: int, taps: Sequence[float]) -> int:
    value = sum(map(float.__mul__, taps, map(float, samples[start : start + len(taps)])))
    return max(_LOW, min(_HIGH, round(value)))


@lru_cache(maxsize=16)
def _table(out: int, change: int) -> tuple[tuple[int, tuple[float, ...]], ...]:
    """(first sample, weights) of each sample that goes out."""
    step = (out + change) / out
    return tuple((int(at := n * step), _weights(at - int(at))) for n in range(out))


def _weights(fraction: float) -> tuple[float, ...]:
    """Of the samples BEFORE ahead of the point to AFTER behind it; they add up to 1."""
    raw = [_tap(k - BEFORE - fraction) for k in range(BEFORE + AFTER + 1)]
    total = sum(raw)
    return tuple(weight / total for weight in raw)


def _tap(distance: float) -> float:
    if abs(distance) >= _HALF:
        return 0.0
    window = math.cos(math.pi * distance / (2 * _HALF)) ** 2
    return window if abs(distance) < 1e-9 else window * math.sin(math.pi * distance) / (math.pi * distance)
