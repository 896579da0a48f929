"""`linekeeper line list`: every line of the configuration, and what its service says of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_listing
from appliance.config.lastgood import LastGood
from appliance.config.schema import Configuration, Line
from appliance.devices.line.board import LineShown, shown_lines

NOT_RUNNING = "not running"
COLUMNS = {
    "line": "line",
    "kind": "kind",
    "number": "number",
    "state": "state",
    "since": "since",
    "device": "device",
    "model": "model",
    "calls_in": "in",
    "calls_out": "out",
    "last_end": "last end",
    "remarks": "remarks",
}


@click.command("list")
@config_option
@json_option
def list_lines(config_file: Path, as_json: bool) -> None:
    """List the analog lines: idle, ringing, talking, no_line …, or not running where no service serves it.

    Example: linekeeper line list
    """
    configuration = LastGood(config_file, keep=False).load().configuration
    rows = line_rows(configuration)
    show_listing(rows, COLUMNS, empty="there is no line; add one under [[lines]]", as_json=as_json)


def line_rows(configuration: Configuration) -> list[Mapping[str, Any]]:
    """One row a line, in the order of the file."""
    shown = shown_lines(configuration.box.run_dir)
    return [_row(line, shown.get(line.name)) for line in configuration.lines]


def _row(line: Line, shown: LineShown | None) -> Mapping[str, Any]:
    known = {"line": line.name, "kind": line.kind, "number": line.number}
    if shown is None or not shown.running:
        return {**known, "state": NOT_RUNNING, "device": line.device or str(line.host or "")}
    return {
        **known,
        "state": shown.state,
        "since": datetime.fromtimestamp(shown.since, UTC).isoformat(timespec="seconds"),
        "device": shown.device,
        "model": shown.model,
        "calls_in": shown.calls_in,
        "calls_out": shown.calls_out,
        "last_end": shown.last_end,
        "duplex": shown.duplex,
        "remarks": list(shown.remarks),
    }
