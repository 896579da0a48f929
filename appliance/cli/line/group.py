"""The group `linekeeper line`."""

from __future__ import annotations

import click

from appliance.cli.line.doctor import doctor
from appliance.cli.line.listing import list_lines


@click.group("line")
def command() -> None:
    """Analog lines: what they are doing, and what is wrong with them.

    Example: linekeeper line doctor front
    """


command.add_command(list_lines)
command.add_command(doctor)
