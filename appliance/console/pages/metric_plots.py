"""Which charts the metrics page shows, from the values of each interval. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from appliance.console.pages.charts.plots import Plot, Series
from appliance.console.pages.shown import Shown
from appliance.metrics.asked import Interval

GOAL_PCT = 80.0
Value = float | int | None
Rows = Sequence[tuple[Interval, Mapping[str, Value]]]


class MetricPlot(Plot, frozen=True, kw_only=True):
    """A plot with its heading, and whether its series stand on each other."""

    heading: str
    stacked: bool = False


def plots(rows: Rows, interval: str, shown: Shown, zone: tzinfo) -> list[MetricPlot]:
    """Contacts by outcome, service level, times."""
    labels = tuple(_label(one.since, interval, shown, zone) for one, _ in rows)
    return [_contacts(rows, labels, shown), _level(rows, labels, shown), _times(rows, labels, shown)]


def _label(since: float, interval: str, shown: Shown, zone: tzinfo) -> str:
    """In the time zone in which the intervals were cut."""
    there = Shown(language=shown.language, zone=zone, now=shown.now)
    return there.clock(since) if interval != "day" else there.month_day(since)


def _of(rows: Rows, name: str) -> tuple[Value, ...]:
    return tuple(values.get(name) for _, values in rows)


def _contacts(rows: Rows, labels: tuple[str, ...], shown: Shown) -> MetricPlot:
    created, handled, lost = (_of(rows, f"CONTACTS_{name}") for name in ("CREATED", "HANDLED", "ABANDONED"))
    rest = tuple(
        max(0, (all_ or 0) - (one or 0) - (other or 0))
        for all_, one, other in zip(created, handled, lost, strict=True)
    )  # fmt: skip
    total, answered, gone = (sum(value or 0 for value in values) for values in (created, handled, lost))
    return MetricPlot(
        heading=shown.text("metrics.contacts"),
        labels=labels,
        series=(
            Series(name=shown.text("metrics.handled"), values=handled, look=1),
            Series(name=shown.text("metrics.abandoned"), values=lost, look=2),
            Series(name=shown.text("metrics.rest"), values=rest, look=3),
        ),
        says=shown.text("metrics.contacts_says", n=total, handled=answered, abandoned=gone),
        say=shown.number,
        whole=True,
        stacked=True,
    )


def _level(rows: Rows, labels: tuple[str, ...], shown: Shown) -> MetricPlot:
    values = _of(rows, "SERVICE_LEVEL_20")
    known = [value for value in values if value is not None]
    return MetricPlot(
        heading=shown.text("metrics.level"),
        labels=labels,
        series=(Series(name=shown.text("metrics.level_short"), values=values, look=1),),
        says=shown.text(
            "metrics.level_says",
            lowest=shown.percent(min(known) / 100) if known else "–",
            highest=shown.percent(max(known) / 100) if known else "–",
        ),
        say=lambda value: shown.percent(value / 100),
        mark=GOAL_PCT,
        top=100.0,
    )


def _times(rows: Rows, labels: tuple[str, ...], shown: Shown) -> MetricPlot:
    return MetricPlot(
        heading=shown.text("metrics.times"),
        labels=labels,
        series=(
            Series(name=shown.text("metric.avg_queue_answer_time"), values=_of(rows, "AVG_QUEUE_ANSWER_TIME"), look=1),
            Series(name=shown.text("metric.avg_handle_time"), values=_of(rows, "AVG_HANDLE_TIME"), look=2),
        ),
        says=shown.text("metrics.times_says"),
        say=shown.lasted,
        seconds=True,
    )
