"""From values to heights: an axis whose end and steps are round numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_STEPS = 4
_SECONDS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200)


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """From 0 to `top` by `step`."""

    top: float
    step: float

    @property
    def ticks(self) -> tuple[float, ...]:
        """From 0 upwards."""
        return tuple(number * self.step for number in range(round(self.top / self.step) + 1))

    def share(self, value: float) -> float:
        """How far up it is: 0 … 1."""
        return min(1.0, max(0.0, value / self.top))


def axis(values: Iterable[float | None], *, least: float = 1.0, whole: bool = False, seconds: bool = False) -> Axis:
    """Just above the greatest value. least: the top is never below; whole: steps are whole numbers; seconds: steps are
    those of a clock."""
    top = max([least, *(value for value in values if value is not None)])
    wanted = top / _STEPS
    magnitude = 10.0 ** math.floor(math.log10(wanted))
    step = next(magnitude * factor for factor in _ROUND if magnitude * factor >= wanted * 0.999)
    if seconds:
        step = float(next((one for one in _SECONDS if one >= wanted * 0.999), step))
    if whole:
        step = max(1.0, math.ceil(step))
    return Axis(top=math.ceil(top / step - 1e-9) * step, step=step)
