"""`linekeeper campaign`: lists of customers whom agents call, each one shown before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_fields, show_json, show_listing, show_rows
from appliance.cli.switchboard import Switchboard

COLUMNS = {
    "campaign": "campaign",
    "queue": "queue",
    "state": "state",
    "records": "records",
    "to_call": "to call",
    "under_way": "under way",
    "done": "reached",
    "failed": "failed",
    "cancelled": "do not call",
    "attempts": "attempts",
}
RECORDS = {
    "number": "number",
    "name": "name",
    "state": "state",
    "attempt": "attempt",
    "outcomes": "came to",
    "due": "not before",
    "contact": "contact",
}
OUTCOMES = {"outcome": "last outcome", "records": "records"}
REJECTED = {"line": "line", "reason": "reason"}


class Pairs(click.ParamType[tuple[str, float]]):
    """`name=seconds`."""

    name = "NAME=SECONDS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        name, _, seconds = str(value).partition("=")
        try:
            return name, float(seconds)
        except ValueError:
            self.fail(f"{value!r} is not NAME=SECONDS, as busy=300", param, ctx)


@click.group("campaign")
def command() -> None:
    """Campaigns: lists of customers to call, with preview.

    Example: linekeeper campaign add spring --queue sales --attempts 3 --hours "mon-fri 09:00-20:00"
    """


@command.command("add")
@click.argument("campaign")
@click.option("--queue", help="Whose agents call.")
@click.option("--attempts", type=click.IntRange(1, 11), help="At most, per number; default 3.")
@click.option("--pause", "pause_s", type=click.FloatRange(1), help="Seconds between two attempts; default 3600.")
@click.option(
    "--pause-after",
    "pauses_s",
    type=Pairs(),
    multiple=True,
    help="Another pause after an outcome: busy=300, no_answer=7200, unreachable, agent_left, skipped.",
)
@click.option("--again", "again_s", type=Pairs(), multiple=True, help="Call again after this disposition: 12=86400.")
@click.option("--never", multiple=True, help="Disposition after which the number is never called again.")
@click.option(
    "--hours", multiple=True, help="When customers may be called, by their own clocks; default 'mon-sun 09:00-20:00'."
)
@click.option("--zone", help="Time zone of numbers that tell none, as Asia/Seoul; default UTC.")
@click.option("--preview/--no-preview", default=None, help="Whether the agent hears who it is, and decides.")
@click.option("--flow", help="Flow that shows the record to the agent, instead of the box's own.")
@click.option("--caller-id", help="Number shown to customers; default: the queue's.")
@config_option
@json_option
def add(
    *,
    campaign: str,
    pauses_s: tuple[tuple[str, float], ...],
    again_s: tuple[tuple[str, float], ...],
    never: tuple[str, ...],
    hours: tuple[str, ...],
    config_file: Path,
    as_json: bool,
    **given: Any,
) -> None:
    """Add CAMPAIGN, or change it.

    Example: linekeeper campaign add spring --queue sales --pause-after busy=300 --hours "mon-fri 09:00-18:00"
    """
    result = Switchboard(config_file).call(
        "campaign.add",
        campaign=campaign,
        pauses_s=dict(pauses_s) or None,
        again_s=dict(again_s) or None,
        never=list(never) or None,
        hours=list(hours) or None,
        **given,
    )
    _told(result, as_json, f"campaign {campaign} is there, {result['state']}")


@command.command("import")
@click.argument("campaign")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
@json_option
def import_(campaign: str, file: Path, config_file: Path, as_json: bool) -> None:
    """Put the rows of FILE (CSV, UTF-8) onto the list of CAMPAIGN.

    The first line names the columns: number, and if wanted name, zone, and any others, which become attributes. Rows
    that can't be used are listed with line and reason; all others are imported.

    Example: linekeeper campaign import spring customers.csv
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not UTF-8: {error}; save it as UTF-8") from error
    result = Switchboard(config_file).call("campaign.import", campaign=campaign, text=text)
    rejected = result["rejected"]
    _told(result, as_json, f"{result['imported']} imported, {len(rejected)} not")
    if not as_json and rejected:
        show_rows(rejected, REJECTED, empty="")


def _switch(name: str, text: str) -> None:
    """Add a sub-command that needs nothing but the campaign."""

    def act(campaign: str, config_file: Path, as_json: bool) -> None:
        result = Switchboard(config_file).call(f"campaign.{name}", campaign=campaign)
        _told(result, as_json, f"campaign {campaign} is {result.get('state', 'gone')}")

    help_text = f"{text}\n\nExample: linekeeper campaign {name} spring"
    command.command(name, help=help_text)(click.argument("campaign")(config_option(json_option(act))))


_switch("start", "Have the agents of CAMPAIGN's queue call its list, whenever no caller waits.")
_switch("stop", "Call nobody of CAMPAIGN any more; calls under way go on.")
_switch("remove", "Remove CAMPAIGN with its list; the records of its contacts stay.")


@command.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List campaigns and how far they are.

    Example: linekeeper campaign list
    """
    rows = Switchboard(config_file).call("campaign.list")
    show_listing(
        rows, COLUMNS, empty="no campaigns; add one: linekeeper campaign add spring --queue sales", as_json=as_json
    )


@command.command("show")
@click.argument("campaign")
@click.option("--limit", type=click.IntRange(1, 10000), default=50, show_default=True, help="How many of the list.")
@config_option
@json_option
def show(campaign: str, limit: int, config_file: Path, as_json: bool) -> None:
    """Show the rules, the progress and the list of CAMPAIGN.

    Example: linekeeper campaign show spring --limit 200
    """
    result = Switchboard(config_file).call("campaign.show", campaign=campaign, limit=limit)
    if as_json:
        show_json(result)
        return
    show_fields({key: value for key, value in result.items() if key not in ("outcomes", "list")})
    for title, columns in (("outcomes", OUTCOMES), ("list", RECORDS)):
        click.echo(f"\n{title}")
        show_rows(result[title], columns, empty="none")


@command.command("answer")
@click.argument("contact")
@click.option("--call/--skip", default=True, show_default=True, help="Whether the customer is called.")
@config_option
@json_option
def answer(contact: str, call: bool, config_file: Path, as_json: bool) -> None:
    """Decide for the agent who is shown the record of CONTACT: as if 1 or 2 had been pressed. Needs a running box.

    Example: linekeeper campaign answer 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77 --skip
    """
    result = Switchboard(config_file).call("campaign.answer", contact=contact, call=call)
    _told(result, as_json, f"contact {contact}: {'call' if call else 'skip'}")


def _told(result: Mapping[str, Any], as_json: bool, line: str) -> None:
    if as_json:
        show_json(result)
    else:
        click.echo(line)
