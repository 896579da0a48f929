"""`linekeeper flow remove`: takes a flow, a bot or a prompt off the box."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json
from appliance.cli.switchboard import Switchboard
from appliance.config.lastgood import LastGood
from appliance.errors import RequestError

PARTS = click.Choice(["flow", "bot", "prompt"])


@click.command("remove")
@click.argument("name")
@click.option("--part", type=PARTS, default="flow", show_default=True, help="What NAME is; a module is a flow.")
@config_option
@json_option
def remove(name: str, part: str, config_file: Path, as_json: bool) -> None:
    """Take a flow, a bot's menu or a bundle's prompt off the box.

    Refused while a number, a queue or another flow names it. Calls under way finish with it, and contact records
    still find the version they name. A flow of the box that was replaced is again as it came.

    Example: linekeeper flow remove old-menu
    """
    if part == "flow":
        _require_unused(name, config_file)
    result = Switchboard(config_file).call("flow.remove", part=part, name=name)
    if as_json:
        show_json(result)
    elif result["restored"]:
        click.echo(f"flow {name} is again as it came with the box")
    else:
        click.echo(f"{part} {name} removed")


def _require_unused(name: str, config_file: Path) -> None:
    """Numbers stand in the configuration, which the store doesn't see."""
    numbers = LastGood(config_file, keep=False).load().configuration.numbers
    using = [number.number for number in numbers if number.flow == name]
    if using:
        raise RequestError(
            f"number {using[0]} starts flow {name}; give it another under [[numbers]] in {config_file}", kind="conflict"
        )
