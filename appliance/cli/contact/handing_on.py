"""`linekeeper contact transfer`, `consult`, `park` and `dial`: contacts that get to somebody."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.contact.acting import act
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json
from appliance.cli.switchboard import Switchboard


@click.command("transfer")
@click.argument("contact")
@click.argument("target")
@config_option
@json_option
def transfer(contact: str, target: str, config_file: Path, as_json: bool) -> None:
    """Send the customer of CONTACT to TARGET: an extension, a number, queue:NAME or quick:NAME. Blind transfer.

    Needs a running box.

    Example: linekeeper contact transfer 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77 queue:sales
    """
    act("transfer", "transfer begun", contact, config_file, as_json, target=target)


@click.command("consult")
@click.argument("contact")
@click.argument("target")
@config_option
@json_option
def consult(contact: str, target: str, config_file: Path, as_json: bool) -> None:
    """Let the agent of CONTACT speak with TARGET first: an extension, a number, queue:NAME or quick:NAME.

    The customer waits on hold. Then toggle, conference, complete or drop. Needs a running box.

    Example: linekeeper contact consult 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77 103
    """
    act("consult", "consult begun", contact, config_file, as_json, target=target)


@click.command("park")
@click.argument("contact")
@click.option("--orbit", help="Where; by default where there is room.")
@config_option
@json_option
def park(contact: str, orbit: str | None, config_file: Path, as_json: bool) -> None:
    """Let the customer of CONTACT wait on an orbit, for whoever dials *41 and the orbit.

    Needs a running box.

    Example: linekeeper contact park 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77
    """
    result = Switchboard(config_file).call("contact.park", contact=contact, orbit=orbit)
    if as_json:
        show_json(result)
    else:
        click.echo(f"contact {contact}: parks on {result['orbit']}")


@click.command("dial")
@click.option("--agent", required=True, help="Whose phone rings first.")
@click.option("--queue", help="On whose behalf: its caller id is shown, its wrap-up follows.")
@click.argument("number")
@config_option
@json_option
def dial(agent: str, queue: str | None, number: str, config_file: Path, as_json: bool) -> None:
    """Call NUMBER for an agent (click-to-dial): the agent's phone rings first, then NUMBER.

    Needs a running box.

    Example: linekeeper contact dial --agent kim --queue sales +8225550100
    """
    result = Switchboard(config_file).call("contact.dial", agent=agent, number=number, queue=queue)
    if as_json:
        show_json(result)
    else:
        click.echo(f"contact {result['contact']}: the phone of {agent} rings, then {result['number']} is called")
