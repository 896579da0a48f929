"""`linekeeper storage`: how full the box is, what goes first, and what is kept or erased by word of the console."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import Row, show_fields, show_json, show_rows
from appliance.cli.switchboard import Switchboard

_MEGABYTE = 1_000_000
HOLDS = {"hold": "hold", "contacts": "contacts"}
OPEN = {"request": "erasure", "erased": "erased", "held": "held"}


@click.group("storage")
def command() -> None:
    """How full the box is, and what is kept or erased.

    Example: linekeeper storage show
    """


@command.command("show")
@config_option
@json_option
def show(config_file: Path, as_json: bool) -> None:
    """Show how much room recordings have, how long it lasts, and what waits for the console.

    Calls and records never stop: their room for the next months is kept free. What the console has verified goes first;
    then calls are no longer recorded, messages last. Limits are in [storage].

    Example: linekeeper storage show
    """
    found = Switchboard(config_file).call("storage.show")
    if as_json:
        show_json(found)
        return
    show_fields(_readable(found))
    if found["text"]:
        click.echo(found["text"])


@command.command("erasures")
@config_option
@json_option
def erasures(config_file: Path, as_json: bool) -> None:
    """Show legal holds, and erasure requests that wait for contacts under way.

    Example: linekeeper storage erasures --json
    """
    found = Switchboard(config_file).call("erasure.list")
    if as_json:
        show_json(found)
        return
    holds = [{"hold": hold, "contacts": len(contacts)} for hold, contacts in found["holds"].items()]
    show_rows(holds, HOLDS, empty="no legal holds")
    rows = [{**one, "erased": len(one["erased"]), "held": len(one["held"])} for one in found["open"]]
    show_rows(rows, OPEN, empty="no erasure waits")


def _readable(found: Row) -> Row:
    """In megabytes and days."""
    left = found["days_left"]
    return {
        "level": found["level"],
        "recordings_mb": round(found["used"] / _MEGABYTE, 1),
        "room_mb": round(found["budget"] / _MEGABYTE),
        "kept_for_records_mb": round(found["kept"] / _MEGABYTE),
        "lasts_days": "no end in sight" if left is None else round(left),
        "waiting_for_console": found["waiting"],
    }
