"""`linekeeper agent add`, `proficiency`, `remove` and `list`: who answers queues, and what each can do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json, show_rows
from appliance.cli.served import ServedQueue, WrapUp, written
from appliance.cli.switchboard import Switchboard

COLUMNS = {
    "agent": "agent",
    "login": "number",
    "name": "name",
    "extension": "extension",
    "profile": "profile",
    "queues": "queues",
    "skills": "proficiencies",
    "status": "status",
    "activity": "activity",
    "next_status": "next status",
    "contact": "contact",
}


@click.command("add")
@click.argument("agent")
@click.option("--extension", help="The agent's own phone, where offers ring; '' for none.")
@click.option("--name", help="As shown to people.")
@click.option("--profile", help="The routing profile; see 'linekeeper routing-profile list'.")
@click.option(
    "--queue",
    "queues",
    type=ServedQueue(),
    multiple=True,
    help="Instead of a profile: a queue the agent serves, with priority and delay; may be repeated.",
)
@click.option("--wrap-up", "wrap_up_s", type=WrapUp(), help="Seconds of after-contact work, 0: no limit, or 'queue'.")
@click.option("--auto-accept/--no-auto-accept", default=None, help="The agent's phone answers by itself.")
@click.option("--supervisor/--no-supervisor", default=None, help="May listen to others, barge in and take over.")
@click.option("--monitorable/--not-monitorable", default=None, help="Whether supervisors may listen to this agent.")
@config_option
@json_option
def add(
    *,
    agent: str,
    extension: str | None,
    name: str | None,
    profile: str | None,
    queues: tuple[dict[str, Any], ...],
    wrap_up_s: float | str | None,
    auto_accept: bool | None,
    supervisor: bool | None,
    monitorable: bool | None,
    config_file: Path,
    as_json: bool,
) -> None:
    """Add AGENT (a login name), or change an agent; what is not given stays as it was.

    Example: linekeeper agent add kim --name "Kim Min-ji" --extension 101 --queue sales --queue service:2:30
    """
    result = Switchboard(config_file).call(
        "agent.add",
        agent=agent,
        name=name,
        extension=extension,
        profile=profile,
        queues=list(queues) or None,
        wrap_up_s=wrap_up_s,
        auto_accept=auto_accept,
        supervisor=supervisor,
        monitorable=monitorable,
    )
    if as_json:
        show_json(result)
        return
    served = ", ".join(written(result["served"]))
    rings = f"rings at {result['extension']}" if result["extension"] else "has no phone of their own"
    click.echo(f"agent {agent} {rings}" + (f", serves {served}" if served else ", serves no queue"))


@click.command("proficiency")
@click.argument("agent")
@click.argument("name")
@click.argument("value")
@click.argument("level", type=click.FloatRange(1, 5), required=False)
@click.option("--remove", is_flag=True, help="Take the proficiency away.")
@config_option
@json_option
def proficiency(
    *, agent: str, name: str, value: str, level: float | None, remove: bool, config_file: Path, as_json: bool
) -> None:
    """Set what AGENT can do: NAME = VALUE at LEVEL (1 to 5). Flows ask for it by routing criteria.

    Example: linekeeper agent proficiency kim language ko 5
    """
    if remove is (level is not None):
        raise click.UsageError("give a LEVEL from 1 to 5, or --remove")
    result = Switchboard(config_file).call("agent.proficiency", agent=agent, name=name, value=value, level=level)
    if as_json:
        show_json(result)
        return
    click.echo(f"agent {agent}: " + (", ".join(_skills(result)) or "no proficiencies"))


def _skills(row: dict[str, Any]) -> list[str]:
    return [f"{held['name']}={held['value']} {held['level']:g}" for held in row["proficiencies"]]


@click.command("remove")
@click.argument("agent")
@config_option
@json_option
def remove(agent: str, config_file: Path, as_json: bool) -> None:
    """Remove AGENT. Contact records keep the name.

    Example: linekeeper agent remove kim
    """
    result = Switchboard(config_file).call("agent.remove", agent=agent)
    show_done(result, f"agent {agent} removed", as_json=as_json)


@click.command("list")
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
        shown = [row | {"queues": written(row["served"]), "skills": _skills(row)} for row in rows]
        show_rows(shown, COLUMNS, empty="no agents; add one: linekeeper agent add kim --extension 101 --queue sales")
