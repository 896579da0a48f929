"""`linekeeper agent`: people who answer queues, where they ring, and their status."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json, show_rows
from appliance.cli.switchboard import Switchboard

COLUMNS = {
    "agent": "agent",
    "name": "name",
    "extension": "extension",
    "queues": "queues",
    "status": "status",
    "activity": "activity",
    "next_status": "next status",
    "contact": "contact",
}


@click.group("agent")
def command() -> None:
    """Agents: who answers queues, and their status.

    Example: linekeeper agent add kim --extension 101 --queue sales
    """


@command.command("add")
@click.argument("agent")
@click.option("--extension", required=True, help="Where offers ring.")
@click.option("--name", help="As shown to people.")
@click.option("--queue", "queues", multiple=True, help="A queue the agent serves, first one first; may be repeated.")
@config_option
@json_option
def add(
    *, agent: str, extension: str, name: str | None, queues: tuple[str, ...], config_file: Path, as_json: bool
) -> None:
    """Add AGENT (a login name), or change an agent.

    Example: linekeeper agent add kim --name "Kim Min-ji" --extension 101 --queue sales --queue service
    """
    box = Switchboard(config_file)
    result = box.call("agent.add", agent=agent, name=name, extension=extension, queues=list(queues))
    if as_json:
        show_json(result)
        return
    click.echo(f"agent {agent} rings at {extension}" + (f" for {', '.join(queues)}" if queues else ", serves no queue"))


@command.command("remove")
@click.argument("agent")
@config_option
@json_option
def remove(agent: str, config_file: Path, as_json: bool) -> None:
    """Remove AGENT. Contact records keep the name.

    Example: linekeeper agent remove kim
    """
    result = Switchboard(config_file).call("agent.remove", agent=agent)
    if as_json:
        show_json(result)
    else:
        click.echo(f"agent {agent} removed")


@command.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List the agents, and what each is doing.

    Example: linekeeper agent list
    """
    rows = Switchboard(config_file).call("agent.list")
    if as_json:
        show_json(rows)
    else:
        show_rows(rows, COLUMNS, empty="no agents; add one: linekeeper agent add kim --extension 101 --queue sales")


@command.command("clear")
@click.argument("agent")
@config_option
@json_option
def clear(agent: str, config_file: Path, as_json: bool) -> None:
    """End AGENT's after-contact work (wrap-up), so that the next contact can come.

    Without any under way nothing changes. Needs a running box.

    Example: linekeeper agent clear kim
    """
    result = Switchboard(config_file).call("agent.clear", agent=agent)
    if as_json:
        show_json(result)
    else:
        click.echo(f"agent {agent}: {result['activity'].replace('_', ' ')}")


@command.command("status")
@click.argument("agent")
@click.argument("status")
@config_option
@json_option
def status(agent: str, status: str, config_file: Path, as_json: bool) -> None:
    """Set AGENT's STATUS: Available, Offline, or one of your own such as Break.

    During a contact or wrap-up it becomes the next status. Available also clears a missed call. Needs a running box.

    Example: linekeeper agent status kim Available
    """
    result = Switchboard(config_file).call("agent.status", agent=agent, status=status)
    if as_json:
        show_json(result)
    else:
        click.echo(f"agent {agent}: {status}")
