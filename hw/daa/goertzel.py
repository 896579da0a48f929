"""How strong a few frequencies are in a block of sound. Pure.

Source: G. Goertzel, 1958; one multiplication a sample and frequency.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


class Goertzel:
    """`powers` of a block of any length, in parts of the block's whole power (0 … about 1)."""

    def __init__(self, frequencies_hz: Sequence[float], rate_hz: int = 8000) -> None:
        self.frequencies_hz = tuple(frequencies_hz)
        self._factors = [2.0 * math.cos(2.0 * math.pi * hz / rate_hz) for hz in frequencies_hz]

    def powers(self, block: Sequence[int]) -> tuple[tuple[float, ...], float]:
        """Share of each frequency, and the block's mean power (full scale 32768²)."""
        total = float(sum(sample * sample for sample in block))
        if not total:
            return tuple(0.0 for _ in self._factors), 0.0
        return tuple(2.0 * self._power(block, factor) / (total * len(block)) for factor in self._factors), (
            total / len(block)
        )

    @staticmethod
    def _power(block: Sequence[int], factor: float) -> float:
        before = last = 0.0
        for sample in block:
            before, last = last, sample + factor * last - before
        return before * before + last * last - factor * before * last
