"""`linekeeper hours`: calendars that flows and queues ask about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from appliance.cli.flow.files import read_bytes
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json, show_listing
from appliance.cli.switchboard import Switchboard
from appliance.flow.bundle_files import read_hours
from appliance.flow.hours import is_open
from appliance.flow.hours_model import Hours
from appliance.flow.hours_wire import hours_of

COLUMNS = {"hours": "hours", "open": "open", "time_zone": "time zone", "rows": "rows", "overrides": "overrides"}


@click.group("hours")
def command() -> None:
    """Hours of operation: when flows and queues are open, with holidays and time zones.

    Files are as Amazon Connect gives them: describe-hours-of-operation, overrides beside it under "Overrides".

    Example: linekeeper hours install office.json
    """


@command.command("install")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--name", help="Name of the hours; default: as the file says, or its name.")
@config_option
@json_option
def install(file: Path, name: str | None, config_file: Path, as_json: bool) -> None:
    """Check FILE and put its hours into the box, or replace those of the same name.

    Example: linekeeper hours install office.json --name office
    """
    said, resource, overrides = read_hours(read_bytes(file), stem=file.stem)
    result = Switchboard(config_file).call("hours.install", name=name or said, resource=resource, overrides=overrides)
    if as_json:
        show_json(result)
    else:
        click.echo(f"hours {result['hours']} are there")


@command.command("remove")
@click.argument("name")
@config_option
@json_option
def remove(name: str, config_file: Path, as_json: bool) -> None:
    """Remove hours that no queue has.

    Example: linekeeper hours remove office
    """
    result = Switchboard(config_file).call("hours.remove", name=name)
    show_done(result, f"hours {name} removed", as_json=as_json)


@command.command("list")
@click.option("--at", metavar="TIME", help="Open then? As 2026-12-24T16:30 (local) or with +09:00; default: now.")
@config_option
@json_option
def show_all(at: str | None, config_file: Path, as_json: bool) -> None:
    """List the hours, and whether they are open.

    Example: linekeeper hours list --at 2026-12-25T10:00
    """
    wall_s = _wall_s(at)
    found = Switchboard(config_file).call("hours.list")
    calendars = {row["hours"]: hours_of(row["resource"], row["overrides"]) for row in found}
    rows = [_row(row, calendars, wall_s) for row in found]
    show_listing(rows, COLUMNS, empty="no hours; put some in: linekeeper hours install FILE", as_json=as_json)


def _row(row: Mapping[str, Any], calendars: Mapping[str, Hours], wall_s: float) -> dict[str, Any]:
    hours = calendars[row["hours"]]
    return {
        "hours": row["hours"],
        "open": is_open(hours, wall_s, calendars.get),
        "time_zone": hours.time_zone,
        "rows": len(hours.openings),
        "overrides": len(hours.overrides),
    }


def _wall_s(text: str | None) -> float:
    try:
        return (datetime.now() if text is None else datetime.fromisoformat(text)).timestamp()
    except (ValueError, OverflowError) as error:
        raise click.UsageError(f"--at {text!r} is no time; write 2026-12-24T16:30 or with an offset, +09:00") from error
