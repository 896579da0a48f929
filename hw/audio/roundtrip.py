"""How long sound is under way: a chirp that is sent, and found again in what comes back. Pure.

A rising tone of 100 ms is told from speech and noise by correlation (a matched filter); 8 kHz gives 0.125 ms a step.
"""

from __future__ import annotations

import array
import math
from collections.abc import Sequence
from operator import mul

RATE_HZ = 8000
_LOW_HZ, _HIGH_HZ, _LENGTH_S = 500.0, 3000.0, 0.1
_LOUD = 12000
CERTAIN = 0.5  # of a perfect match


def _chirp() -> array.array[int]:
    count = round(_LENGTH_S * RATE_HZ)
    sweep = (_HIGH_HZ - _LOW_HZ) / _LENGTH_S
    times = (n / RATE_HZ for n in range(count))
    return array.array("h", (round(_LOUD * math.sin(2 * math.pi * (_LOW_HZ * t + sweep * t * t / 2))) for t in times))


CHIRP = _chirp()
_ENERGY = math.sqrt(sum(map(mul, CHIRP, CHIRP)))


def find_chirp(heard: Sequence[int]) -> int | None:
    """The sample at which the chirp begins in `heard`, however soft; None where it isn't in it."""
    best, at = 0.0, 0
    length = len(CHIRP)
    energy = float(sum(map(mul, heard[:length], heard[:length])))
    for start in range(len(heard) - length + 1):
        if start:
            energy += heard[start + length - 1] ** 2 - heard[start - 1] ** 2
        if energy > length:  # more than one step of the converter
            match = sum(map(mul, CHIRP, heard[start : start + length])) / (_ENERGY * math.sqrt(energy))
            best, at = max((best, at), (abs(match), start))
    return at if best >= CERTAIN else None
