"""`linekeeper agent`: people who answer queues, where they ring, and their status."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json, show_rows
from appliance.cli.pin_prompt import given_pin
from appliance.cli.served import ServedQueue, WrapUp, written
from appliance.cli.switchboard import Switchboard

STATUS_COLUMNS = {
    "agent": "agent",
    "extension": "at",
    "status": "status",
    "next_status": "next status",
    "activity": "activity",
    "for_s": "for s",
    "wrap_up_left_s": "wrap-up left s",
    "contact": "contact",
}
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


@click.group("agent")
def command() -> None:
    """Agents: who answers queues, and their status.

    Example: linekeeper agent add kim --extension 101 --queue sales
    """


@command.command("add")
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


@command.command("proficiency")
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


@command.command("remove")
@click.argument("agent")
@config_option
@json_option
def remove(agent: str, config_file: Path, as_json: bool) -> None:
    """Remove AGENT. Contact records keep the name.

    Example: linekeeper agent remove kim
    """
    result = Switchboard(config_file).call("agent.remove", agent=agent)
    show_done(result, f"agent {agent} removed", as_json=as_json)


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
        shown = [row | {"queues": written(row["served"]), "skills": _skills(row)} for row in rows]
        show_rows(shown, COLUMNS, empty="no agents; add one: linekeeper agent add kim --extension 101 --queue sales")


@command.command("login")
@click.argument("agent")
@click.option("--extension", help="The phone; default: the agent's own.")
@config_option
@json_option
def login(agent: str, extension: str | None, config_file: Path, as_json: bool) -> None:
    """Seat AGENT at a phone: contacts ring there, and the agent is Available.

    The agent does the same at the phone with *11, log-in number and PIN. Needs a running box.

    Example: linekeeper agent login kim --extension 105
    """
    result = Switchboard(config_file).call("agent.login", agent=agent, extension=extension)
    _show(result, "is logged in at {extension}", as_json=as_json)


@command.command("logout")
@click.argument("agent")
@config_option
@json_option
def logout(agent: str, config_file: Path, as_json: bool) -> None:
    """Send AGENT off: Offline, back at the own phone or at none. At the phone: *12. Needs a running box.

    Example: linekeeper agent logout kim
    """
    _show(Switchboard(config_file).call("agent.logout", agent=agent), "is logged out", as_json=as_json)


@command.command("pin")
@click.argument("agent")
@click.option("--make", is_flag=True, help="Make a PIN and show it once, instead of asking for one.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the PIN from standard input.")
@config_option
@json_option
def pin(*, agent: str, make: bool, from_stdin: bool, config_file: Path, as_json: bool) -> None:
    """Give AGENT a new PIN (4 to 10 digits) for *11. Also ends the lock after wrong PINs.

    It never stands on the command line, and can't be shown again. Needs a running box.

    Example: linekeeper agent pin kim --make
    """
    chosen = None if make else given_pin(from_stdin)
    result = Switchboard(config_file).call("agent.pin", agent=agent, pin=chosen)
    _show(result, "logs in with number {login}", as_json=as_json)
    if not as_json and result["pin"]:
        click.echo(f"PIN: {result['pin']}")


@command.command("extend")
@click.argument("agent")
@click.option("--seconds", type=click.FloatRange(1, 86400), default=60.0, show_default=True)
@config_option
@json_option
def extend(agent: str, seconds: float, config_file: Path, as_json: bool) -> None:
    """Give AGENT more time for after-contact work. At the phone: *16, and minutes. Needs a running box.

    Example: linekeeper agent extend kim --seconds 120
    """
    result = Switchboard(config_file).call("agent.extend", agent=agent, seconds=seconds)
    _show(result, "has {wrap_up_left_s:g} s left", as_json=as_json)


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
@click.argument("agent", required=False)
@click.argument("status", required=False)
@config_option
@json_option
def status(agent: str | None, status: str | None, config_file: Path, as_json: bool) -> None:
    """Set AGENT's STATUS: Available, Offline, or another of 'agent-status list', by name or number.

    Without STATUS it is shown, without AGENT everybody's. During a contact or wrap-up it becomes the next status.
    Available also ends the missed and the error state. Needs a running box.

    Example: linekeeper agent status kim Available
    """
    box = Switchboard(config_file)
    if agent is None:
        rows = box.call("status")["agents"]
        show_json(rows) if as_json else show_rows(rows, STATUS_COLUMNS, empty="no agents")
        return
    result = box.call("agent.status", agent=agent, status=status)
    if as_json:
        show_json(result)
    else:
        show_rows([result], STATUS_COLUMNS, empty="")


def _show(result: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        show_json(result)
    else:
        click.echo(f"agent {result['agent']} {text.format_map(result)}")
