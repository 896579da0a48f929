"""`linekeeper status`: what the running box is doing."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_fields, show_json
from appliance.cli.switchboard import Switchboard


@click.command("status")
@config_option
@json_option
def command(config_file: Path, as_json: bool) -> None:
    """Show what the running box is doing: processes, contacts, queues, agents.

    Exit code 3 says that the box is not running.

    Example: linekeeper status
    """
    result = Switchboard(config_file).call("status")
    if as_json:
        show_json(result)
    else:
        show_fields(result)
