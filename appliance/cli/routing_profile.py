"""`linekeeper routing-profile`: which queues agents serve, in what order, and how long contacts wait for them first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json, show_rows
from appliance.cli.served import ServedQueue, written
from appliance.cli.switchboard import Switchboard

COLUMNS = {
    "profile": "profile",
    "name": "name",
    "queues": "queues",
    "outbound_queue": "outbound queue",
    "idle": "idle since",
    "agents": "agents",
}
TIMERS = {"last-activity": "TIME_SINCE_LAST_ACTIVITY", "last-inbound": "TIME_SINCE_LAST_INBOUND"}


@click.group("routing-profile")
def command() -> None:
    """Routing profiles: which queues agents serve.

    Example: linekeeper routing-profile add first-line --queue sales --queue help:2:30
    """


@command.command("add")
@click.argument("profile")
@click.option("--name", help="As shown to people.")
@click.option(
    "--queue",
    "queues",
    type=ServedQueue(),
    multiple=True,
    help="A queue served, with priority (1 first, default 1) and delay in seconds (default 0); may be repeated.",
)
@click.option("--outbound-queue", help="Whose contacts are those that agents dial; '' for none.")
@click.option("--idle-since", type=click.Choice(list(TIMERS)), help="What ends idle time; default last-activity.")
@config_option
@json_option
def add(
    *,
    profile: str,
    name: str | None,
    queues: tuple[dict[str, Any], ...],
    outbound_queue: str | None,
    idle_since: str | None,
    config_file: Path,
    as_json: bool,
) -> None:
    """Add PROFILE, or change a profile; what is not given stays as it was.

    Example: linekeeper routing-profile add first-line --queue sales --queue help:2:30 --outbound-queue sales
    """
    result = Switchboard(config_file).call(
        "routing_profile.add",
        profile=profile,
        name=name,
        queues=list(queues) or None,
        outbound_queue=outbound_queue,
        timer=None if idle_since is None else TIMERS[idle_since],
    )
    if as_json:
        show_json(result)
        return
    served = ", ".join(written(result["served"]))
    click.echo(f"routing profile {profile} " + (f"serves {served}" if served else "serves no queue"))


@command.command("remove")
@click.argument("profile")
@config_option
@json_option
def remove(profile: str, config_file: Path, as_json: bool) -> None:
    """Remove PROFILE. Refused while an agent has it.

    Example: linekeeper routing-profile remove first-line
    """
    result = Switchboard(config_file).call("routing_profile.remove", profile=profile)
    show_done(result, f"routing profile {profile} removed", as_json=as_json)


@command.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List the routing profiles, and who has each. Queues are shown as queue:priority:delay.

    Example: linekeeper routing-profile list
    """
    rows = Switchboard(config_file).call("routing_profile.list")
    if as_json:
        show_json(rows)
        return
    names = {timer: name for name, timer in TIMERS.items()}
    shown = [row | {"queues": written(row["served"]), "idle": names[row["timer"]]} for row in rows]
    empty = "no routing profiles; add one: linekeeper routing-profile add first-line --queue sales"
    show_rows(shown, COLUMNS, empty=empty)
