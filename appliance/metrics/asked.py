"""What somebody wants to know: metrics by name, a time range in intervals, groups, filters; and the answer's shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from appliance.metrics.definitions import Key, Metric
from appliance.metrics.thresholds import Comparison, Threshold

Value = float | int | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A metric, with X where it takes one."""

    metric: Metric
    threshold: Threshold | None = None

    @property
    def label(self) -> str:
        """Its name as shown: `SERVICE_LEVEL_20`, `SUM_CONTACTS_ANSWERED_IN_60_LTE`."""
        if self.threshold is None:
            return self.metric.name
        ending = "" if self.threshold.comparison is Comparison.LT else "_LTE"
        return f"{self.metric.name.removesuffix('_X')}_{self.threshold.seconds}{ending}"


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """`since` <= t < `until`, seconds since the epoch."""

    since: float
    until: float


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """`intervals` in order, without overlap. `filters`: only rows with one of these values of a key."""

    wanted: tuple[Wanted, ...]
    intervals: tuple[Interval, ...]
    by: tuple[Key, ...] = ()
    filters: Mapping[Key, tuple[str, ...]] = msgspec.field(default_factory=dict)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One interval (by its number) and one group: a value a label; None is no data point."""

    interval: int
    group: tuple[str | None, ...]
    values: dict[str, Value]


def merged(question: Question, parts: Sequence[Sequence[Line]]) -> list[Line]:
    """The lines of several sources as one table: sorted, every label in each, counts of nothing as 0."""
    found: dict[tuple[int, tuple[str | None, ...]], dict[str, Value]] = {}
    for line in (line for part in parts for line in part):
        found.setdefault((line.interval, line.group), {}).update(line.values)
    if not found and not question.by and len(question.intervals) == 1:
        found[(0, ())] = {}
    rows = sorted(found.items(), key=lambda item: (item[0][0], tuple(value or "" for value in item[0][1])))
    empty = {wanted.label: nothing(wanted.metric) for wanted in question.wanted}
    return [Line(interval=at, group=group, values={**empty, **values}) for (at, group), values in rows]


def nothing(metric: Metric) -> Value:
    """The metric of no rows at all: a count or a sum is 0, a mean or a share is none; where no activity is no data
    point, none."""
    from appliance.metrics.definitions import Statistic

    return 0 if metric.rule.statistic in (Statistic.COUNT, Statistic.SUM) and not metric.sparse else None
