"""From the words of an asker to a question about the past, and from the answer to a document. Pure.

The range, names and groups are checked here, before anything is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from appliance.errors import RequestError
from appliance.metrics.asked import Line, Question
from appliance.metrics.catalogue import USUAL, all_wanted
from appliance.metrics.definitions import KEYS, Key, Source
from appliance.metrics.ranges import instant, intervals

Json = dict[str, Any]


def question(
    *,
    since: str,
    until: str,
    metrics: Sequence[str],
    by: Sequence[str],
    interval: str | None,
    filters: Mapping[str, tuple[str, ...]],
    now_s: float,
    zone: tzinfo,
) -> Question:
    """`since`, `until` and `interval` as in `ranges`; no metrics: the usual ones. Raises RequestError: a time, name,
    group or filter that can't be."""
    wanted = all_wanted(metrics or USUAL)
    instants = [one.label for one in wanted if one.metric.source is Source.NOW]
    if instants:
        raise RequestError(f"{', '.join(instants)} is of this instant, not of a time range; ask with --now, alone")
    filtered = {_key(name): values for name, values in filters.items()}
    groups = list(dict.fromkeys(map(_key, by)))
    if Key.OUTCOME in filtered and Key.OUTCOME not in groups:
        groups.append(Key.OUTCOME)
    for one in wanted:
        for key in (*groups, *filtered):
            if key not in one.metric.keys:
                there = ", ".join(sorted(KEYS[one.metric.source]))
                raise RequestError(f"{one.label} can't be grouped or filtered by {key}; it can by {there}")
    since_s, until_s = (instant(text, now_s=now_s, zone=zone) for text in (since, until))
    cut = intervals(since_s, until_s, interval, zone=zone)
    return Question(wanted=wanted, intervals=cut, by=tuple(groups), filters=filtered)


def report(asked: Question, lines: Sequence[Line], zone: tzinfo) -> Json:
    """from, to, by, metrics (name, unit), rows: from, to, one entry a key, `values` by name; null is no data point."""
    return {
        "from": iso(asked.intervals[0].since, zone),
        "to": iso(asked.intervals[-1].until, zone),
        "by": [key.value for key in asked.by],
        "metrics": [{"name": one.label, "unit": one.metric.unit.value} for one in asked.wanted],
        "rows": [_row(asked, line, zone) for line in lines],
    }


def iso(at_s: float, zone: tzinfo) -> str:
    """With the zone's offset: `2026-11-22T09:30:00+09:00`."""
    return datetime.fromtimestamp(int(at_s), zone).isoformat()


def _row(asked: Question, line: Line, zone: tzinfo) -> Json:
    interval = asked.intervals[line.interval]
    groups = {key.value: value for key, value in zip(asked.by, line.group, strict=True)}
    return {"from": iso(interval.since, zone), "to": iso(interval.until, zone), **groups, "values": line.values}


def _key(name: str) -> Key:
    try:
        return Key(name.strip().lower())
    except ValueError:
        raise RequestError(f"{name!r} is nothing to group by; there are {', '.join(Key)}") from None
