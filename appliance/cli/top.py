"""`linekeeper top`: a live board in the terminal. The board itself is in `appliance.cli.wallboard`."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json
from appliance.cli.switchboard import Switchboard


@click.command("top")
@click.option("--every", "period_s", type=click.FloatRange(0.5, 60), default=1.0, show_default=True, help="Seconds.")
@click.option(
    "--level",
    "level_pct",
    type=click.IntRange(1, 100),
    default=80,
    show_default=True,
    help="Service level in per cent below which a queue is shown in red.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.IntRange(1),
    default=60,
    show_default=True,
    help="Seconds after which somebody who waits is shown in red.",
)
@config_option
@json_option
def command(period_s: float, level_pct: int, wait_s: int, config_file: Path, as_json: bool) -> None:
    """Show queues, agents, contacts and trunks as they change; customers' numbers are masked.

    Keys: 1 to 4 or Tab choose a table, s its order, r the direction, z shows it alone, p pauses, q ends. With --json
    what the board shows is written once.

    Example: linekeeper top --every 2 --level 90
    """
    box = Switchboard(config_file)
    first = box.call("wallboard")
    if as_json:
        show_json(first)
        return
    from appliance.cli.wallboard.app import Wallboard

    Wallboard(lambda: box.call("wallboard"), first=first, period_s=period_s, level_pct=level_pct, wait_s=wait_s).run()
