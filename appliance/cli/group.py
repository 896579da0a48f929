"""`linekeeper group`: ring groups, several phones behind one number."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json, show_listing
from appliance.cli.switchboard import Switchboard

COLUMNS = {
    "group": "group",
    "number": "number",
    "strategy": "strategy",
    "members": "members",
    "ring_s": "ring s",
    "fallback": "then",
    "label": "label",
}
STRATEGIES = ("all", "order", "round-robin", "longest-idle")


@click.group("group")
def command() -> None:
    """Ring groups: several phones behind one number.

    Example: linekeeper group add desk --number 250 --member 101 --member 102
    """


@command.command("add")
@click.argument("group")
@click.option("--number", help="How it is dialled; without one it is only a target (group:NAME).")
@click.option("--member", "members", multiple=True, help="An extension (or an outside number, in turn). Repeat it.")
@click.option("--strategy", type=click.Choice(STRATEGIES), help="Who rings when; all at once by default.")
@click.option("--ring", "ring_s", type=float, metavar="SECONDS", help="How long each step rings; 20 by default.")
@click.option("--fallback", metavar="TARGET", help="Where calls go that nobody answers, as in 'extension set'.")
@click.option("--label", help="Shown on the phones before the caller's name.")
@config_option
@json_option
def add(group: str, members: tuple[str, ...], config_file: Path, as_json: bool, **settings: str | float | None) -> None:
    """Add GROUP or change it; what is not given stays as it was.

    A member with do-not-disturb or a forward of all calls is left out; other forwards of members are not followed.

    Example: linekeeper group add desk --number 250 --member 101 --member 102 --fallback voicemail:desk
    """
    result = Switchboard(config_file).call("group.add", group=group, members=members or None, **settings)
    if as_json:
        show_json(result)
    else:
        click.echo(f"group {group}: {len(result['members'])} members, {result['strategy']}")


@command.command("remove")
@click.argument("group")
@config_option
@json_option
def remove(group: str, config_file: Path, as_json: bool) -> None:
    """Remove GROUP.

    Example: linekeeper group remove desk
    """
    result = Switchboard(config_file).call("group.remove", group=group)
    show_done(result, f"group {group} removed", as_json=as_json)


@command.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List the ring groups.

    Example: linekeeper group list --json
    """
    rows = Switchboard(config_file).call("group.list")
    show_listing(
        rows, COLUMNS, empty="no groups; add one: linekeeper group add desk --number 250 --member 101", as_json=as_json
    )
