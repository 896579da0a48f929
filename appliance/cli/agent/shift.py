"""`linekeeper agent login`, `logout`, `pin`, `status`, `extend` and `clear`: an agent at work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json, show_listing, show_rows
from appliance.cli.pin_prompt import given_pin
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


@click.command("login")
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


@click.command("logout")
@click.argument("agent")
@config_option
@json_option
def logout(agent: str, config_file: Path, as_json: bool) -> None:
    """Send AGENT off: Offline, back at the own phone or at none. At the phone: *12. Needs a running box.

    Example: linekeeper agent logout kim
    """
    _show(Switchboard(config_file).call("agent.logout", agent=agent), "is logged out", as_json=as_json)


@click.command("pin")
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


@click.command("extend")
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


@click.command("clear")
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


@click.command("status")
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
        show_listing(box.call("status")["agents"], STATUS_COLUMNS, empty="no agents", as_json=as_json)
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
