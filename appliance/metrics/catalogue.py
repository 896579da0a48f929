"""Every metric of the box by name, and how a person's words become the metrics they mean."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from appliance.errors import RequestError
from appliance.metrics import activity_table, cloudwatch_table, contact_table, current_table, flow_table
from appliance.metrics.asked import Wanted
from appliance.metrics.definitions import Metric, Source
from appliance.metrics.thresholds import LONGEST_S, USUAL_S, Comparison, Threshold

METRICS: tuple[Metric, ...] = (
    *contact_table.METRICS,
    *activity_table.METRICS,
    *current_table.METRICS,
    *cloudwatch_table.METRICS,
    *flow_table.METRICS,
)
_LIMITED = re.compile(r"^(?P<name>.+?)(?:[_:](?P<seconds>[0-9]+))?(?:[_:](?P<comparison>LTE|LT))?$", re.IGNORECASE)


def _by_name() -> dict[str, Metric]:
    names: dict[str, Metric] = {}
    for metric in METRICS:
        for name in (metric.name, *metric.also):
            assert name.upper() not in names, f"{name} stands twice in the tables"
            names[name.upper()] = metric
    return names


BY_NAME: Mapping[str, Metric] = _by_name()
USUAL = (
    "CONTACTS_CREATED",
    "CONTACTS_QUEUED",
    "CONTACTS_HANDLED",
    "CONTACTS_ABANDONED",
    "SERVICE_LEVEL",
    "AVG_QUEUE_ANSWER_TIME",
    "AVG_HANDLE_TIME",
)


def wanted(text: str) -> Wanted:
    """`CONTACTS_HANDLED`, `SERVICE_LEVEL:60`, `SUM_CONTACTS_ANSWERED_IN_30:LTE`; X is 20 s unless given.

    Raises RequestError with suggestions for a name that isn't there, or X out of 1 … 604800."""
    name = text.strip().upper()
    found = BY_NAME.get(name) or BY_NAME.get(f"{name}_X")
    if found is not None:
        return Wanted(metric=found, threshold=Threshold() if found.threshold else None)
    parts = _LIMITED.match(name)
    base = parts["name"] if parts else name
    found = BY_NAME.get(base) or BY_NAME.get(f"{base}_X")
    if parts is None or found is None or not found.threshold:
        raise _unknown(text)
    seconds = int(parts["seconds"] or USUAL_S)
    if not 1 <= seconds <= LONGEST_S:
        raise RequestError(f"{text}: X is 1 to {LONGEST_S} seconds")
    return Wanted(
        metric=found, threshold=Threshold(seconds=seconds, comparison=Comparison(parts["comparison"] or "LT"))
    )


def all_wanted(names: Iterable[str]) -> tuple[Wanted, ...]:
    """Each once, in order. Raises RequestError for the first that isn't there."""
    return tuple({one.label: one for one in map(wanted, names)}.values())


def historical() -> tuple[Metric, ...]:
    """Those computed from the store."""
    return tuple(metric for metric in METRICS if metric.source is not Source.NOW)


def _unknown(text: str) -> RequestError:
    near = difflib.get_close_matches(text.strip().upper(), BY_NAME, n=3, cutoff=0.6)
    names = [BY_NAME[name].name for name in near]
    hint = f"did you mean {' or '.join(dict.fromkeys(names))}?" if names else "see 'linekeeper metrics --list'"
    return RequestError(f"there is no metric {text!r}; {hint}", kind="not_found")
