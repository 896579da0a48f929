"""`linekeeper callback`: customers who are to be called back."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json, show_listing
from appliance.cli.switchboard import Switchboard

COLUMNS = {
    "errand": "callback",
    "number": "number",
    "name": "name",
    "queue": "queue",
    "state": "state",
    "attempt": "attempt",
    "attempts": "of",
    "outcomes": "came to",
    "waiting_since": "waiting since",
    "due": "due",
}


@click.group("callback")
def command() -> None:
    """Callbacks: who is to be called back, and when.

    Example: linekeeper callback list --open
    """


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 10000), default=50, show_default=True, help="How many, newest first.")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not over.")
@config_option
@json_option
def show_all(limit: int, only_open: bool, config_file: Path, as_json: bool) -> None:
    """List callbacks, newest first.

    Example: linekeeper callback list --open
    """
    rows = Switchboard(config_file).call("callback.list", limit=limit, open=only_open or None)
    show_listing(rows, COLUMNS, empty="no callbacks", as_json=as_json)


@command.command("add")
@click.argument("number")
@click.option("--queue", help="Whose agents call.")
@click.option("--agent", help="Who calls, instead of a queue.")
@click.option("--name", default="", help="Whose number it is.")
@click.option("--delay", "delay_s", type=click.FloatRange(0, 259200), default=0, help="Seconds to wait before.")
@click.option("--attempts", type=click.IntRange(1, 11), default=1, show_default=True, help="How often it is tried.")
@click.option(
    "--retry", "retry_s", type=click.FloatRange(1, 259200), default=600, show_default=True, help="Seconds in between."
)
@config_option
@json_option
def add(
    *,
    number: str,
    queue: str | None,
    agent: str | None,
    name: str,
    delay_s: float,
    attempts: int,
    retry_s: float,
    config_file: Path,
    as_json: bool,
) -> None:
    """Have NUMBER called back. Needs a running box.

    Example: linekeeper callback add +12125550123 --queue sales --attempts 3
    """
    result = Switchboard(config_file).call(
        "callback.add",
        number=number,
        queue=queue,
        agent=agent,
        name=name,
        delay_s=delay_s,
        attempts=attempts,
        retry_s=retry_s,
    )
    if as_json:
        show_json(result)
    else:
        click.echo(f"callback {result['errand']}: {result['number']} is {result['state']}")


@command.command("cancel")
@click.argument("callback")
@config_option
@json_option
def cancel(callback: str, config_file: Path, as_json: bool) -> None:
    """Don't call back any more: CALLBACK as 'callback list' names it. A call under way goes on. Needs a running box.

    Example: linekeeper callback cancel 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77
    """
    result = Switchboard(config_file).call("callback.cancel", callback=callback)
    if as_json:
        show_json(result)
    else:
        click.echo(f"callback {callback} is {result['state']}")
