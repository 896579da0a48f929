"""`linekeeper metrics`: what the box has measured, by time, queue, agent and more."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json, show_rows
from appliance.cli.switchboard import Switchboard
from appliance.metrics.absent import ABSENT
from appliance.metrics.catalogue import METRICS
from appliance.metrics.definitions import Source

Json = Mapping[str, Any]
FORMATS = ("table", "json", "csv")


@click.command("metrics")
@click.option("--from", "since", default="today", show_default=True, help="Begin: 2026-11-22T09:30, today, 7d, 8h.")
@click.option("--to", "until", default="now", show_default=True, help="End, as --from; it is not part of the range.")
@click.option("--by", "by", default="", help="Groups: queue,agent,profile,flow,method,channel,outcome.")
@click.option("--interval", help="One row each 15, 30 or 60 minutes, or a day.")
@click.option("--metric", "metrics", multiple=True, help="A name, again or by commas; with X: SERVICE_LEVEL:60[:LTE].")
@click.option("--where", "filters", multiple=True, help="Only those: queue=sales, agent=kim, method=INBOUND …")
@click.option("--now", "instant", is_flag=True, help="Of this instant instead of a time range (needs a running box).")
@click.option("--list", "list_all", is_flag=True, help="Every metric with its exact rule, and those that are absent.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@config_option
@json_option
def command(
    *,
    since: str,
    until: str,
    by: str,
    interval: str | None,
    metrics: tuple[str, ...],
    filters: tuple[str, ...],
    instant: bool,
    list_all: bool,
    form: str,
    config_file: Path,
    as_json: bool,
) -> None:
    """Metrics of queues, agents and flows, named and computed as Amazon Connect does.

    Counts of contacts go up when a contact ends and its record is complete; the BY_ENQUEUE and
    BY_CONNECTED_TO_AGENT variants count at the event. "-" is no data point. With "7d" and "2w" the range begins at
    midnight.

    Example: linekeeper metrics --from 7d --by queue --interval day --metric SERVICE_LEVEL:20,CONTACTS_ABANDONED
    """
    form = "json" if as_json else form
    if list_all:
        show_catalogue(form)
        return
    names, groups = _words(metrics), _words([by])
    box = Switchboard(config_file)
    if instant:
        result = box.call("metrics.now", metrics=names or None, by_queue=_by_queue(groups) or None)
    else:
        asked = {"by": groups or None, "interval": interval, "filters": _filters(filters) or None}
        result = box.call("metrics.query", since=since, until=until, metrics=names or None, **asked)
    show(result, form)


def show(result: Json, form: str) -> None:
    """A report as a table, as the switchboard's own document, or as comma-separated values with a heading."""
    if form == "json":
        show_json(result)
        return
    names = [metric["name"] for metric in result["metrics"]]
    rows = [{**{key: row[key] for key in ("from", "to", *result["by"])}, **row["values"]} for row in result["rows"]]
    if form == "csv":
        writer = csv.DictWriter(sys.stdout, ["from", "to", *result["by"], *names], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return
    click.echo(f"{result['from']} to {result['to']}")
    _show_table(rows, result["by"], names, several=len({row["from"] for row in rows}) > 1)


def _show_table(rows: Sequence[Json], by: Sequence[str], names: Sequence[str], *, several: bool) -> None:
    """Without groups and intervals a metric a line: names are long."""
    if len(rows) == 1 and not by:
        turned = [{"metric": name, "value": rows[0][name]} for name in names]
        show_rows(turned, {"metric": "metric", "value": "value"}, empty="nothing")
        return
    headings = {"from": "from"} if several else {}
    show_rows(rows, {**headings, **{key: key for key in (*by, *names)}}, empty="nothing happened in that time")


def show_catalogue(form: str) -> None:
    """Names, units, rules; and which of Connect's metrics there are not, and why."""
    there = [
        {
            "metric": metric.name,
            "unit": metric.unit.value,
            "when": metric.source.value,
            "groups": ", ".join(sorted(metric.keys)) if metric.source is not Source.NOW else "queue",
            "also": ", ".join(metric.also),
            "rule": metric.means,
        }
        for metric in METRICS
    ]
    absent = [{"metric": name, "why": one.why} for one in ABSENT for name in one.names]
    if form == "json":
        show_json({"metrics": there, "absent": absent})
        return
    for row in there:
        click.echo(f"{row['metric']}  [{row['unit']}; {row['when']}]\n    {row['rule']}")
        if row["also"]:
            click.echo(f"    also: {row['also']}")
    click.echo("\nNot here:")
    show_rows(absent, {"metric": "metric", "why": "why"}, empty="none")


def _words(given: Sequence[str]) -> list[str]:
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


def _by_queue(groups: Sequence[str]) -> bool:
    if set(groups) - {"queue"}:
        raise click.UsageError("--now can be grouped by queue only")
    return bool(groups)


def _filters(given: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not value:
            raise click.UsageError(f"--where {text!r} is no key=value, as queue=sales")
        found.setdefault(key.strip(), []).append(value)
    return found
