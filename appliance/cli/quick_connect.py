"""`linekeeper quick-connect`: transfer targets with a name, and the queues whose contacts may use them."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json, show_listing
from appliance.cli.switchboard import Switchboard

KINDS = ("USER", "QUEUE", "PHONE_NUMBER", "FLOW")
COLUMNS = {"name": "name", "type": "type", "target": "target", "flow": "flow", "queues": "queues", "dial": "dial"}


@click.group("quick-connect")
def command() -> None:
    """Quick connects: transfer targets with a name.

    Example: linekeeper quick-connect add "second level" --type queue technical --queue sales
    """


@command.command("add")
@click.argument("name")
@click.argument("target")
@click.option("--type", "kind", type=click.Choice(KINDS, case_sensitive=False), required=True, help="What TARGET is.")
@click.option("--flow", help="Flow that the customer goes through first (USER and QUEUE).")
@click.option("--queue", "queues", multiple=True, help="Whose contacts may use it; may be given again. Default: all.")
@config_option
@json_option
def add(
    *, name: str, target: str, kind: str, flow: str | None, queues: tuple[str, ...], config_file: Path, as_json: bool
) -> None:
    """Add the quick connect NAME, or replace it. TARGET: an agent, queue, number or flow.

    Example: linekeeper quick-connect add lawyer --type phone_number +8225550100
    """
    result = Switchboard(config_file).call(
        "quick_connect.add", name=name, type=kind.upper(), target=target, flow=flow, queues=list(queues) or None
    )
    if as_json:
        show_json(result)
    else:
        click.echo(f"quick connect {name} is there; dial it as {result['dial']}")


@command.command("remove")
@click.argument("name")
@config_option
@json_option
def remove(name: str, config_file: Path, as_json: bool) -> None:
    """Remove the quick connect NAME.

    Example: linekeeper quick-connect remove lawyer
    """
    result = Switchboard(config_file).call("quick_connect.remove", name=name)
    show_done(result, f"quick connect {name} is gone", as_json=as_json)


@command.command("list")
@click.option("--queue", help="Only those that contacts of this queue may use.")
@config_option
@json_option
def show_all(queue: str | None, config_file: Path, as_json: bool) -> None:
    """List quick connects.

    Example: linekeeper quick-connect list --queue sales
    """
    rows = Switchboard(config_file).call("quick_connect.list", queue=queue)
    show_listing(rows, COLUMNS, empty="no quick connects", as_json=as_json)
