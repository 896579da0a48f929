"""`linekeeper disposition`: how contacts can come out, by the code that agents type."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_listing
from appliance.cli.switchboard import Switchboard

COLUMNS = {"code": "code", "name": "name", "queue": "queue"}
_queue_option = click.option("--queue", help="For contacts of this queue only; default: for all.")


@click.group("disposition")
def command() -> None:
    """Results that agents may give a contact: by code on the telephone (*17), or with 'contact disposition'.

    Example: linekeeper disposition add 1 "Sold" --queue sales
    """


@command.command("add")
@click.argument("code")
@click.argument("name")
@_queue_option
@config_option
@json_option
def add(*, code: str, name: str, queue: str | None, config_file: Path, as_json: bool) -> None:
    """Let CODE (1 to 4 digits) mean NAME. A queue's own meaning goes before the one for all.

    Example: linekeeper disposition add 1 "Sold" --queue sales
    """
    result = Switchboard(config_file).call("disposition.add", code=code, name=name, queue=queue)
    show_done(result, f"disposition {code}: {name}" + (f", of queue {queue}" if queue else ""), as_json=as_json)


@command.command("remove")
@click.argument("code")
@_queue_option
@config_option
@json_option
def remove(code: str, queue: str | None, config_file: Path, as_json: bool) -> None:
    """Remove CODE. Records keep its name.

    Example: linekeeper disposition remove 1 --queue sales
    """
    result = Switchboard(config_file).call("disposition.remove", code=code, queue=queue)
    show_done(result, f"disposition {code} removed", as_json=as_json)


@command.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List the dispositions by queue and code.

    Example: linekeeper disposition list
    """
    rows = Switchboard(config_file).call("disposition.list")
    show_listing(
        rows,
        COLUMNS,
        empty='no dispositions; add one: linekeeper disposition add 1 "Sold" --queue sales',
        as_json=as_json,
    )
