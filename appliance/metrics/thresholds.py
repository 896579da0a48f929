"""X of the metrics that count what happened within X seconds: less than X, or up to X."""

from __future__ import annotations

import enum

import msgspec

USUAL_S = 20
LONGEST_S = 604_800
USUAL_CHOICES_S = (15, 20, 25, 30, 45, 60, 90, 120, 180, 240, 300, 600)


class Comparison(enum.StrEnum):
    """GetMetricDataV2's names. The admin guide's own rules are strictly less."""

    LT = "LT"
    LTE = "LTE"


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """`seconds` 1 … 604800."""

    seconds: int = USUAL_S
    comparison: Comparison = Comparison.LT

    def met(self, value_s: float) -> bool:
        """Whether `value_s` is inside."""
        return value_s < self.seconds if self.comparison is Comparison.LT else value_s <= self.seconds
