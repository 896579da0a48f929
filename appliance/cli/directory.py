"""`linekeeper directory`: names of outside numbers, shown on the phones when they call."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json, show_listing
from appliance.cli.switchboard import Switchboard
from appliance.errors import RequestError

COLUMNS = {"number": "number", "name": "name"}


@click.group("directory")
def command() -> None:
    """Names of outside numbers, shown on the phones when they call.

    Example: linekeeper directory add +8225550100 "Kim Minsu"
    """


@command.command("add")
@click.argument("number")
@click.argument("name")
@config_option
@json_option
def add(number: str, name: str, config_file: Path, as_json: bool) -> None:
    """Give NUMBER a NAME.

    Example: linekeeper directory add 02-555-0100 "Kim Minsu"
    """
    _added(Switchboard(config_file).call("directory.add", names={number: name}), as_json)


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Forget every name that is not in FILE.")
@config_option
@json_option
def import_csv(file: Path, replace: bool, config_file: Path, as_json: bool) -> None:
    """Add the names of FILE: CSV in UTF-8, number first, then the name; a header line is passed over.

    Example: linekeeper directory import customers.csv --replace
    """
    names = _read(file)
    box = Switchboard(config_file)
    _added(box.call("directory.add", names=names, replace=replace or None), as_json)


@command.command("remove")
@click.argument("number")
@config_option
@json_option
def remove(number: str, config_file: Path, as_json: bool) -> None:
    """Forget the name of NUMBER.

    Example: linekeeper directory remove +8225550100
    """
    result = Switchboard(config_file).call("directory.remove", number=number)
    if as_json:
        show_json(result)
    else:
        click.echo(f"{result['number']} has no name any more")


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 10000), default=100, show_default=True, help="How many, by name.")
@config_option
@json_option
def show_all(limit: int, config_file: Path, as_json: bool) -> None:
    """List names and numbers.

    Example: linekeeper directory list --limit 1000
    """
    _show(Switchboard(config_file).call("directory.search", limit=limit), as_json)


@command.command("search")
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 10000), default=20, show_default=True, help="How many, by name.")
@config_option
@json_option
def search(text: str, limit: int, config_file: Path, as_json: bool) -> None:
    """Find TEXT in names and numbers.

    Example: linekeeper directory search kim
    """
    _show(Switchboard(config_file).call("directory.search", text=text, limit=limit), as_json)


def _read(file: Path) -> dict[str, str]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            rows = [row for row in csv.reader(lines) if len(row) > 1 and row[0].strip() and row[1].strip()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RequestError(f"{file} can't be read as CSV in UTF-8: {error}") from error
    if rows and not any(character.isdigit() for character in rows[0][0]):
        del rows[0]
    return {row[0].strip(): row[1].strip() for row in rows}


def _added(result: dict[str, int], as_json: bool) -> None:
    if as_json:
        show_json(result)
    else:
        click.echo(f"{result['added']} names added or changed; the directory has {result['names']}")


def _show(rows: list[dict[str, str]], as_json: bool) -> None:
    show_listing(rows, COLUMNS, empty="no such name", as_json=as_json)
