"""`linekeeper queue`: where contacts wait, and the rules of waiting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json, show_rows
from appliance.cli.served import written
from appliance.cli.switchboard import Switchboard

COLUMNS = {
    "queue": "queue",
    "name": "name",
    "waiting": "waiting",
    "longest_wait_s": "longest wait (s)",
    "served_by": "agents",
    "max_contacts": "room",
    "ring_timeout_s": "ring (s)",
    "wrap_up_s": "wrap-up (s)",
    "flow": "flow",
    "hours": "hours",
    "order": "agent order",
    "enabled": "enabled",
}
ORDERS = ("longest-idle", "round-robin")


@click.group("queue")
def command() -> None:
    """Queues: where contacts wait.

    Example: linekeeper queue add sales --ring 20 --wrap-up 30
    """


@command.command("add")
@click.argument("queue")
@click.option("--name", help="As shown to people.")
@click.option("--room", "max_contacts", type=click.IntRange(1), help="Contacts that may wait; default: no limit.")
@click.option("--ring", "ring_timeout_s", type=click.FloatRange(1), help="Seconds an agent rings; default 20.")
@click.option(
    "--wrap-up", "wrap_up_s", type=click.FloatRange(0), help="Seconds of after-contact work, default 30; 0: no limit."
)
@click.option("--flow", help="Flow for waiting contacts; default: music and position.")
@click.option("--hours", help="Calendar that flows ask about for this queue; see 'linekeeper hours list'.")
@click.option("--caller-id", help="Number shown to the outside, as +8225550100.")
@click.option("--caller-name", help="Name shown to the outside, where the trunk passes it on.")
@click.option("--outbound-flow", help="Flow for calls out: an outbound whisper.")
@click.option("--disconnect-flow", help="Flow for customers whose agent has hung up, as the survey; '' for none.")
@click.option("--order", "agent_order", type=click.Choice(ORDERS), help="Who is next; default longest-idle.")
@click.option(
    "--last-agent",
    "last_agent_s",
    type=click.FloatRange(0),
    help="Seconds that callers wait for who talked with them last; default 0: not.",
)
@click.option("--enabled/--disabled", default=None, help="Whether new contacts may enter; default enabled.")
@config_option
@json_option
def add(
    *,
    queue: str,
    name: str | None,
    max_contacts: int | None,
    ring_timeout_s: float | None,
    wrap_up_s: float | None,
    flow: str | None,
    hours: str | None,
    caller_id: str | None,
    caller_name: str | None,
    outbound_flow: str | None,
    disconnect_flow: str | None,
    agent_order: str | None,
    last_agent_s: float | None,
    enabled: bool | None,
    config_file: Path,
    as_json: bool,
) -> None:
    """Add QUEUE, or change a queue; waiting contacts stay.

    Example: linekeeper queue add sales --room 20 --ring 15 --wrap-up 30
    """
    result = Switchboard(config_file).call(
        "queue.add",
        queue=queue,
        name=name,
        max_contacts=max_contacts,
        ring_timeout_s=ring_timeout_s,
        wrap_up_s=wrap_up_s,
        flow=flow,
        hours=hours,
        caller_id=caller_id,
        caller_name=caller_name,
        outbound_flow=outbound_flow,
        disconnect_flow=disconnect_flow,
        agent_order=None if agent_order is None else agent_order.replace("-", "_"),
        last_agent_s=last_agent_s,
        enabled=enabled,
    )
    show_done(result, f"queue {queue} is there", as_json=as_json)


@command.command("remove")
@click.argument("queue")
@config_option
@json_option
def remove(queue: str, config_file: Path, as_json: bool) -> None:
    """Remove QUEUE.

    Example: linekeeper queue remove sales
    """
    result = Switchboard(config_file).call("queue.remove", queue=queue)
    show_done(result, f"queue {queue} removed", as_json=as_json)


@command.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List the queues, and who is waiting while the box runs.

    Example: linekeeper queue list
    """
    rows = Switchboard(config_file).call("queue.list")
    if as_json:
        show_json(rows)
    else:
        shown = [row | {"served_by": _members(row), "order": row["agent_order"].replace("_", "-")} for row in rows]
        show_rows(shown, COLUMNS, empty="no queues; add one: linekeeper queue add sales")


def _members(row: dict[str, Any]) -> list[str]:
    """Who serves the queue, with priority and delay where they are not the usual ones."""
    return written([{**member, "queue": member["agent"]} for member in row["members"]])
