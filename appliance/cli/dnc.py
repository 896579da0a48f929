"""`linekeeper dnc`: numbers that no campaign calls, or that one doesn't."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json, show_rows
from appliance.cli.switchboard import Switchboard

_campaign = click.option("--campaign", help="Only for this campaign; default: for every one.")
LISTS = {"campaign": "campaign", "note": "note", "added": "added"}
REJECTED = {"line": "line", "reason": "reason"}


@click.group("dnc")
def command() -> None:
    """Do-not-call lists: numbers that no campaign calls.

    Example: linekeeper dnc add +12125550123
    """


@command.command("add")
@click.argument("numbers", nargs=-1, required=True)
@_campaign
@click.option("--note", default="", help="Why.")
@config_option
@json_option
def add(numbers: tuple[str, ...], campaign: str | None, note: str, config_file: Path, as_json: bool) -> None:
    """Don't call NUMBERS any more, not even those that are about to be called.

    Example: linekeeper dnc add +12125550123 --note "asked on the phone"
    """
    _add(list(numbers), campaign, note, config_file, as_json)


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_campaign
@click.option("--note", default="", help="Why.")
@config_option
@json_option
def import_(file: Path, campaign: str | None, note: str, config_file: Path, as_json: bool) -> None:
    """Don't call the numbers in FILE any more: one a line, what follows a comma is left out.

    Example: linekeeper dnc import register.txt
    """
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    _add([line.split(",", 1)[0].strip() for line in lines], campaign, note, config_file, as_json)


@command.command("remove")
@click.argument("number")
@_campaign
@config_option
@json_option
def remove(number: str, campaign: str | None, config_file: Path, as_json: bool) -> None:
    """Take NUMBER off the list.

    Example: linekeeper dnc remove +12125550123
    """
    result = Switchboard(config_file).call("dnc.remove", number=number, campaign=campaign)
    if as_json:
        show_json(result)
    else:
        click.echo(f"{result['number']} may be called")


@command.command("check")
@click.argument("number")
@_campaign
@config_option
@json_option
def check(number: str, campaign: str | None, config_file: Path, as_json: bool) -> None:
    """Show whether NUMBER may be called, and which lists it is on.

    Example: linekeeper dnc check 212-555-0123
    """
    result = Switchboard(config_file).call("dnc.check", number=number, campaign=campaign)
    if as_json:
        show_json(result)
        return
    click.echo(f"{result['number']} {'may' if result['callable'] else 'must not'} be called")
    if result["lists"]:
        show_rows(result["lists"], LISTS, empty="")


def _add(numbers: list[str], campaign: str | None, note: str, config_file: Path, as_json: bool) -> None:
    result = Switchboard(config_file).call("dnc.add", numbers=numbers, campaign=campaign, note=note)
    if as_json:
        show_json(result)
        return
    click.echo(f"{result['added']} added, {result['known']} known already, {len(result['rejected'])} no numbers")
    if result["rejected"]:
        show_rows(result["rejected"], REJECTED, empty="")
