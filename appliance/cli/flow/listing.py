"""`linekeeper flow list`: what is installed."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_listing
from appliance.cli.switchboard import Switchboard

COLUMNS = {"flow": "flow", "flow_type": "type", "installed": "installed", "sha256": "SHA-256"}


@click.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List the installed flows: type, when installed, and the hash that contact records name.

    Example: linekeeper flow list
    """
    rows = Switchboard(config_file).call("flow.list")
    show_listing(rows, COLUMNS, empty="no flows; install one: linekeeper flow install FILE", as_json=as_json)
