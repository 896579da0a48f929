"""`linekeeper contact list` and `show`: what happened to a customer's visit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_fields, show_json, show_listing, show_rows
from appliance.cli.switchboard import Switchboard

COLUMNS = {
    "contact": "contact",
    "started": "started",
    "duration_s": "seconds",
    "method": "method",
    "customer": "customer",
    "stage": "stage",
    "queue": "queue",
    "agent": "agent",
    "disconnect_reason": "ended by",
}
EVENT_COLUMNS = {"time": "time", "seq": "nr", "writer": "by", "type": "what", "details": "details"}


@click.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many, newest first.")
@click.option("--open", "only_open", is_flag=True, help="Only those under way.")
@config_option
@json_option
def show_all(limit: int, only_open: bool, config_file: Path, as_json: bool) -> None:
    """List contacts, newest first.

    Example: linekeeper contact list --limit 50 --json
    """
    rows = Switchboard(config_file).call("contact.list", limit=limit, open=only_open or None)
    show_listing(rows, COLUMNS, empty="no contacts", as_json=as_json)


@click.command("show")
@click.argument("contact")
@config_option
@json_option
def show(contact: str, config_file: Path, as_json: bool) -> None:
    """Show the record of CONTACT (an id) and everything that happened to it.

    Example: linekeeper contact show 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77
    """
    result = Switchboard(config_file).call("contact.show", contact=contact)
    if as_json:
        show_json(result)
        return
    show_fields(result["contact"])
    if result["record"] is not None:
        click.echo("\nrecord")
        show_json(result["record"])
    click.echo("\nevents")
    show_rows([_event_row(event) for event in result["events"]], EVENT_COLUMNS, empty="none")


def _event_row(event: Mapping[str, Any]) -> dict[str, Any]:
    known = {"writer", "seq", "time", "wall_s", "mono_s", "type"}
    details = {key: value for key, value in event.items() if key not in known and value not in (None, "", [], {})}
    return {**event, "details": details}
