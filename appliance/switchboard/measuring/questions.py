"""Requests of the local API for metrics, of the past and of this instant; `metrics.reports` makes questions of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Annotated, Any

import msgspec

from appliance.errors import RequestError
from appliance.metrics import reports
from appliance.metrics.asked import Question
from appliance.metrics.catalogue import all_wanted
from appliance.metrics.definitions import Source
from appliance.metrics.reports import Json, iso
from appliance.switchboard.requests import Arguments

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=127)]
Instant = tuple[str | None, Mapping[str, Any]]


class MetricsQuery(Arguments, frozen=True, kw_only=True):
    """`since` and `until` as in `appliance.metrics.ranges`; `interval` 15, 30, 60 or day; `by`, `filters`: keys."""

    since: Word = "today"
    until: Word = "now"
    metrics: Annotated[tuple[Word, ...], msgspec.Meta(max_length=200)] = ()
    by: Annotated[tuple[Word, ...], msgspec.Meta(max_length=7)] = ()
    interval: Word | None = None
    filters: dict[Word, tuple[str, ...]] = msgspec.field(default_factory=dict)


class MetricsNow(Arguments, frozen=True, kw_only=True):
    """`by_queue`: one row a queue, else one of the whole branch. No metrics: all of them."""

    metrics: Annotated[tuple[Word, ...], msgspec.Meta(max_length=200)] = ()
    by_queue: bool = False


def question(given: MetricsQuery, *, now_s: float, zone: tzinfo) -> Question:
    """Raises RequestError: a time, name, group or filter that can't be."""
    return reports.question(
        since=given.since,
        until=given.until,
        metrics=given.metrics,
        by=given.by,
        interval=given.interval,
        filters=given.filters,
        now_s=now_s,
        zone=zone,
    )


def report_now(
    rows: Sequence[tuple[str | None, Mapping[str, Any]]], given: MetricsNow, at_s: float, zone: tzinfo
) -> Json:
    """The same shape for the instant. Raises RequestError for a metric of the past."""
    wanted = all_wanted(given.metrics or sorted(rows[0][1]) if rows else given.metrics)
    for one in wanted:
        if one.metric.source is not Source.NOW:
            raise RequestError(f"{one.label} is of a time range, not of an instant; ask without --now")
    shown = [
        {
            "from": iso(at_s, zone),
            "to": iso(at_s, zone),
            **({"queue": queue} if given.by_queue else {}),
            "values": {one.label: values.get(one.label) for one in wanted},
        }
        for queue, values in rows
    ]
    return {
        "from": iso(at_s, zone),
        "to": iso(at_s, zone),
        "by": ["queue"] if given.by_queue else [],
        "metrics": [{"name": one.label, "unit": one.metric.unit.value} for one in wanted],
        "rows": shown,
    }
