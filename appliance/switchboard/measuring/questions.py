"""From an API request to a question about the past, and from the answer to what is shown. Pure but for the time zone.

The range, names and groups are checked here, before anything is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Annotated, Any

import msgspec

from appliance.errors import RequestError
from appliance.metrics.asked import Line, Question
from appliance.metrics.catalogue import USUAL, all_wanted
from appliance.metrics.definitions import KEYS, Key, Source
from appliance.metrics.ranges import instant, intervals
from appliance.switchboard.requests import Arguments

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=127)]
Json = dict[str, Any]
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
    wanted = all_wanted(given.metrics or USUAL)
    instants = [one.label for one in wanted if one.metric.source is Source.NOW]
    if instants:
        raise RequestError(f"{', '.join(instants)} is of this instant, not of a time range; ask with --now, alone")
    filters = {_key(name): values for name, values in given.filters.items()}
    by = list(dict.fromkeys(map(_key, given.by)))
    if Key.OUTCOME in filters and Key.OUTCOME not in by:
        by.append(Key.OUTCOME)
    for one in wanted:
        for key in (*by, *filters):
            if key not in one.metric.keys:
                there = ", ".join(sorted(KEYS[one.metric.source]))
                raise RequestError(f"{one.label} can't be grouped or filtered by {key}; it can by {there}")
    since_s, until_s = (instant(text, now_s=now_s, zone=zone) for text in (given.since, given.until))
    cut = intervals(since_s, until_s, given.interval, zone=zone)
    return Question(wanted=wanted, intervals=cut, by=tuple(by), filters=filters)


def report(asked: Question, lines: Sequence[Line], zone: tzinfo) -> Json:
    """from, to, by, metrics (name, unit), rows: from, to, one entry a key, `values` by name; null is no data point."""
    return {
        "from": _iso(asked.intervals[0].since, zone),
        "to": _iso(asked.intervals[-1].until, zone),
        "by": [key.value for key in asked.by],
        "metrics": [{"name": one.label, "unit": one.metric.unit.value} for one in asked.wanted],
        "rows": [_row(asked, line, zone) for line in lines],
    }


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
            "from": _iso(at_s, zone),
            "to": _iso(at_s, zone),
            **({"queue": queue} if given.by_queue else {}),
            "values": {one.label: values.get(one.label) for one in wanted},
        }
        for queue, values in rows
    ]
    return {
        "from": _iso(at_s, zone),
        "to": _iso(at_s, zone),
        "by": ["queue"] if given.by_queue else [],
        "metrics": [{"name": one.label, "unit": one.metric.unit.value} for one in wanted],
        "rows": shown,
    }


def _row(asked: Question, line: Line, zone: tzinfo) -> Json:
    interval = asked.intervals[line.interval]
    groups = {key.value: value for key, value in zip(asked.by, line.group, strict=True)}
    return {"from": _iso(interval.since, zone), "to": _iso(interval.until, zone), **groups, "values": line.values}


def _key(name: str) -> Key:
    try:
        return Key(name.strip().lower())
    except ValueError:
        raise RequestError(f"{name!r} is nothing to group by; there are {', '.join(Key)}") from None


def _iso(at_s: float, zone: tzinfo) -> str:
    """With the box's offset: `2026-11-22T09:30:00+09:00`."""
    return datetime.fromtimestamp(int(at_s), zone).isoformat()
