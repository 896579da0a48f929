"""A tone that was recorded at the end of a way: what is wrong with it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

RATE = 8000
TONE_HZ, LOUD = 500.0, 8000
PERIOD = round(RATE / TONE_HZ)
CLICK = 0.25  # of LOUD: twice what two passes through G.711 do to a sine, half of what a lost sample does
_SOFT = 0.5  # of LOUD: a period that is softer than this is a gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """first: its first sample."""

    first: int
    samples: int

    @property
    def lasted_ms(self) -> float:
        return 1000 * self.samples / RATE


def tone() -> list[int]:
    """One packet of it (20 ms), which goes on in the next."""
    return [round(LOUD * math.sin(2 * math.pi * TONE_HZ * n / RATE)) for n in range(RATE // 50)]


def clicks(samples: Sequence[int]) -> int:
    """How often a sample is not what a sine goes on with."""
    turn, limit = 2 * math.cos(2 * math.pi * TONE_HZ / RATE), CLICK * LOUD
    return sum(abs(c - turn * b + a) > limit for a, b, c in zip(samples, samples[1:], samples[2:], strict=False))


def gaps(samples: Sequence[int]) -> list[Gap]:
    """Where it can be heard that the tone is not there, or is less than half as loud."""
    found: list[Gap] = []
    for first in range(0, len(samples) - PERIOD + 1, PERIOD):
        if max(map(abs, samples[first : first + PERIOD])) >= _SOFT * LOUD:
            continue
        if found and found[-1].first + found[-1].samples == first:
            found[-1] = Gap(first=found[-1].first, samples=found[-1].samples + PERIOD)
        else:
            found.append(Gap(first=first, samples=PERIOD))
    return found
