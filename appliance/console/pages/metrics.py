"""Metrics over a time range: how many contacts, how soon answered, how long they took; by queue and by agent.

Names and rules are Amazon Connect's (`appliance.metrics`); this page chooses, draws and lays out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.context import PresentConsole, Reading
from appliance.console.pages import frame, metric_plots
from appliance.console.pages.asked import Word
from appliance.console.pages.charts.plots import columns, legend, lines
from appliance.console.pages.shown import Shown
from appliance.console.people.present import CanRead
from appliance.console.people.roles import Branches, Right
from appliance.console.reading import metrics
from appliance.console.reading.choices import branch_names
from appliance.console.reading.documents import MetricsReport
from appliance.metrics.asked import Interval
from appliance.metrics.ranges import instant, intervals
from appliance.metrics.reports import iso

router = APIRouter(include_in_schema=False)
Value = float | int | None


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """since, until: as `appliance.metrics.ranges` has them; interval: "60" minutes or "day"."""

    since: str
    until: str
    interval: str


RANGES: Mapping[str, Range] = {
    "today": Range(since="today", until="now", interval="60"),
    "yesterday": Range(since="yesterday", until="today", interval="60"),
    "week": Range(since="6d", until="now", interval="day"),
    "fortnight": Range(since="13d", until="now", interval="day"),
    "month": Range(since="29d", until="now", interval="day"),
}
USUAL = "fortnight"
OVER_TIME = (
    "CONTACTS_CREATED", "CONTACTS_HANDLED", "CONTACTS_ABANDONED", "SERVICE_LEVEL", "AVG_QUEUE_ANSWER_TIME",
    "AVG_HANDLE_TIME", "CONTACTS_QUEUED",
)  # fmt: skip
BY_QUEUE = (
    "CONTACTS_QUEUED", "CONTACTS_HANDLED", "CONTACTS_ABANDONED", "ABANDONMENT_RATE", "SERVICE_LEVEL",
    "AVG_QUEUE_ANSWER_TIME", "MAX_QUEUED_TIME", "AVG_HANDLE_TIME",
)  # fmt: skip
BY_AGENT = ("CONTACTS_HANDLED", "AGENT_NON_RESPONSE", "AVG_HANDLE_TIME", "AVG_AFTER_CONTACT_WORK_TIME")
AGENT_TIMES = ("AGENT_OCCUPANCY", "SUM_ONLINE_TIME_AGENT", "SUM_NON_PRODUCTIVE_TIME_AGENT")


class Choice(BaseModel):
    """range: a name of RANGES; branch: "" for all."""

    model_config = ConfigDict(frozen=True)
    branch: Word = ""
    range: Word = USUAL


@router.get("/metrics")
async def all_metrics(
    request: Request,
    present: CanRead,
    console: PresentConsole,
    session: Reading,
    choice: Annotated[Choice, Query()],
) -> HTMLResponse:
    readable = present.branches(Right.READ)
    allowed = readable & Branches(some=frozenset({choice.branch})) if choice.branch else readable
    chosen = choice.range if choice.range in RANGES else USUAL
    desk = Desk(session, allowed, RANGES[chosen], console.now_s(), await metrics.zone_of(session, allowed))
    by_queue = await desk.ask(BY_QUEUE, by=("branch", "queue"))
    by_agent = joined(
        await desk.ask(BY_AGENT, by=("branch", "agent")), await desk.ask(AGENT_TIMES, by=("branch", "agent"))
    )
    plots = await desk.plots(frame.shown_to(request))
    return frame.page(
        request,
        "metrics/metrics.html",
        here="metrics",
        charts=[(one, columns(one) if one.stacked else lines(one), legend(one)) for one in plots],
        totals=(await desk.ask(OVER_TIME)).rows[0].values,
        by_queue=grouped(by_queue, "queue"),
        by_agent=grouped(by_agent, "agent"),
        queue_metrics=by_queue.metrics,
        agent_metrics=by_agent.metrics,
        names=await branch_names(session, readable),
        chosen=choice.branch,
        chosen_range=chosen,
        ranges=tuple(RANGES),
        zone=str(desk.zone),
    )


class Desk:
    """Asks for metrics of one range and some branches. zone: in which their days begin."""

    def __init__(self, session: AsyncSession, allowed: Branches, wanted: Range, now_s: float, zone: tzinfo) -> None:
        self._session, self._allowed = session, allowed
        self._wanted, self._now_s = wanted, now_s
        self.zone = zone

    async def ask(self, names: Sequence[str], by: tuple[str, ...] = (), interval: str | None = None) -> MetricsReport:
        wanted = self._wanted
        asked = metrics.Asked(since=wanted.since, until=wanted.until, metrics=tuple(names), by=by, interval=interval)
        return await metrics.answer(self._session, self._allowed, asked, now_s=self._now_s)

    async def plots(self, shown: Shown) -> list[metric_plots.MetricPlot]:
        """The charts of the range."""
        over_time = await self.ask(OVER_TIME, interval=self._wanted.interval)
        rows = table(over_time, cut(self._wanted, self._now_s, self.zone), self.zone)
        return metric_plots.plots(rows, self._wanted.interval, shown, self.zone)


def cut(wanted: Range, now_s: float, zone: tzinfo) -> tuple[Interval, ...]:
    """Every interval of the range, also those in which nothing was."""
    since, until = (instant(text, now_s=now_s, zone=zone) for text in (wanted.since, wanted.until))
    return intervals(since, max(until, since + 1), wanted.interval, zone=zone)


def table(
    report: MetricsReport, stretches: Sequence[Interval], zone: tzinfo
) -> list[tuple[Interval, Mapping[str, Value]]]:
    """The values of each interval; none where the report has no row."""
    by_begin = {row.since: row.values for row in report.rows}
    return [(one, by_begin.get(iso(one.since, zone), {})) for one in stretches]


def joined(one: MetricsReport, other: MetricsReport) -> MetricsReport:
    """Two reports of the same groups as one."""
    keys = {(row.branch, *row.group.values()): row for row in other.rows}
    rows = []
    for row in one.rows:
        found = keys.pop((row.branch, *row.group.values()), None)
        rows.append(row.model_copy(update={"values": {**row.values, **(found.values if found else {})}}))
    return one.model_copy(update={"metrics": [*one.metrics, *other.metrics], "rows": [*rows, *keys.values()]})


def grouped(report: MetricsReport, key: str) -> list[tuple[str, str, Mapping[str, Value]]]:
    """(branch, group, values), without the row of those in no group."""
    return [(row.branch or "", row.group[key] or "", row.values) for row in report.rows if row.group[key]]
