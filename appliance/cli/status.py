"""`linekeeper status`: what the running box is doing."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import Row, cell, heading, show_fields, show_json
from appliance.cli.switchboard import Switchboard


@click.command("status")
@config_option
@json_option
def command(config_file: Path, as_json: bool) -> None:
    """Show what the running box is doing: processes, contacts, queues, agents.

    What does not answer is said so, and since when. "today" counts the day in UTC. Exit code 3 says that the box is
    not running.

    Example: linekeeper status
    """
    result = Switchboard(config_file).call("status")
    if as_json:
        show_json(result)
    else:
        show_fields({**result, "processes": _processes(result["processes"]), "edge": _edge(result["edge"])})


def _processes(found: Row) -> str:
    """`all answer; 3 of 4 free`."""
    return f"{found['state']}; {found['free']} of {found['capacity']} free"


def _edge(found: Row) -> str:
    """`answers; 2 phones; today: refused contacts 1, unknown numbers 0`; counters of what should not happen only
    where it did."""
    phones = [] if found["phones"] is None else [f"{found['phones']} phones"]
    usual = ("refused_contacts", "unknown_numbers")
    counts = [f"{heading(name)} {cell(count)}" for name, count in found["today"].items() if count or name in usual]
    return "; ".join([found["state"], *phones, f"today: {', '.join(counts)}"])
