"""`linekeeper survey`: what customers answered after their calls."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_listing
from appliance.cli.switchboard import Switchboard

RESULTS = {
    "queue": "queue",
    "agent": "agent",
    "question": "question",
    "answered": "answered",
    "mean": "mean",
    "answers": "answers",
}
ANSWERS = {"at": "at", "queue": "queue", "agent": "agent", "answers": "answers", "contact": "contact"}
_since = click.option("--from", "since", default="", help="First day or time, UTC: 2026-11-22 or 2026-11-22T09:30:00Z.")
_until = click.option("--to", "until", default="", help="Day or time before which they end, as --from.")


@click.group("survey")
def command() -> None:
    """Surveys after calls: what customers answered.

    A queue asks when it has a disconnect flow that notes attributes named survey_…; the box's own is 'survey':
    linekeeper queue add sales --disconnect-flow survey

    Example: linekeeper survey results --by agent
    """


@command.command("results")
@_since
@_until
@click.option("--by", type=click.Choice(["queue", "agent"]), help="Of each queue or agent.")
@config_option
@json_option
def results(since: str, until: str, by: str | None, config_file: Path, as_json: bool) -> None:
    """Show how often each answer was given.

    Example: linekeeper survey results --from 2026-11-01 --by queue
    """
    rows = Switchboard(config_file).call("survey.results", since=since, until=until, by=by, limit=10000)
    show_listing(rows, RESULTS, empty="no answers", as_json=as_json)


@command.command("answers")
@_since
@_until
@click.option("--limit", type=click.IntRange(1, 10000), default=50, show_default=True, help="How many, newest first.")
@config_option
@json_option
def answers(since: str, until: str, limit: int, config_file: Path, as_json: bool) -> None:
    """List what each customer answered.

    Example: linekeeper survey answers --limit 20
    """
    rows = Switchboard(config_file).call("survey.answers", since=since, until=until, limit=limit)
    show_listing(rows, ANSWERS, empty="no answers", as_json=as_json)
