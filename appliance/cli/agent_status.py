"""`linekeeper agent-status`: what agents may choose to be, beside Available and Offline."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json, show_listing
from appliance.cli.switchboard import Switchboard

COLUMNS = {"order": "number", "status": "status", "type": "type", "state": "state", "description": "description"}


@click.group("agent-status")
def command() -> None:
    """Statuses that agents may choose: by name here, by number on the telephone (*14).

    Example: linekeeper agent-status add Training --order 5
    """


@command.command("add")
@click.argument("status")
@click.option("--description", help="For people.")
@click.option("--order", type=click.IntRange(1, 50), help="Place in lists, and its number; default: the next free one.")
@click.option("--enable/--disable", "enabled", default=None, help="Whether it may be chosen.")
@config_option
@json_option
def add(
    *, status: str, description: str | None, order: int | None, enabled: bool | None, config_file: Path, as_json: bool
) -> None:
    """Add STATUS, or change it.

    Example: linekeeper agent-status add Training --description "No calls, at work"
    """
    box = Switchboard(config_file)
    result = box.call("agent_status.add", status=status, description=description, order=order, enabled=enabled)
    if as_json:
        show_json(result)
    else:
        click.echo(f"status {result['status']} is number {result['order']}")


@command.command("remove")
@click.argument("status")
@config_option
@json_option
def remove(status: str, config_file: Path, as_json: bool) -> None:
    """Remove STATUS. Agents who are in it stay so until they choose another; records keep its name.

    Example: linekeeper agent-status remove Training
    """
    result = Switchboard(config_file).call("agent_status.remove", status=status)
    show_done(result, f"status {status} removed", as_json=as_json)


@command.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List the statuses in their order.

    Example: linekeeper agent-status list
    """
    rows = Switchboard(config_file).call("agent_status.list")
    show_listing(rows, COLUMNS, empty="no statuses", as_json=as_json)
