"""`linekeeper contact monitor`, `mode` and `take-over`: a supervisor on a contact under way."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json
from appliance.cli.switchboard import Switchboard

_SUPERVISOR = click.option("--supervisor", required=True, help="The supervisor's login name.")
_MODE = click.Choice(["listen", "whisper", "barge"])


@click.command("monitor")
@click.argument("contact")
@_SUPERVISOR
@click.option("--mode", type=_MODE, default="listen", show_default=True, help="whisper: heard by the agent only.")
@config_option
@json_option
def monitor(contact: str, supervisor: str, mode: str, config_file: Path, as_json: bool) -> None:
    """Let a supervisor listen to CONTACT: the supervisor's phone rings; keys 1 to 4 there change the mode.

    1 listens, 2 whispers to the agent, 3 barges in (heard by all), 4 takes over. Needs a running box.

    Example: linekeeper contact monitor 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77 --supervisor lee
    """
    _supervise("contact.monitor", config_file, as_json, contact=contact, supervisor=supervisor, mode=mode)


@click.command("mode")
@click.argument("contact")
@_SUPERVISOR
@click.option("--mode", type=_MODE, required=True, help="whisper: heard by the agent only; barge: by all.")
@config_option
@json_option
def change_mode(contact: str, supervisor: str, mode: str, config_file: Path, as_json: bool) -> None:
    """Change how a supervisor who listens to CONTACT is heard.

    Needs a running box.

    Example: linekeeper contact mode 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77 --supervisor lee --mode whisper
    """
    _supervise("contact.mode", config_file, as_json, contact=contact, supervisor=supervisor, mode=mode)


@click.command("take-over")
@click.argument("contact")
@_SUPERVISOR
@config_option
@json_option
def take_over(contact: str, supervisor: str, config_file: Path, as_json: bool) -> None:
    """Let a supervisor who listens to CONTACT talk with the customer; the agent leaves.

    Needs a running box.

    Example: linekeeper contact take-over 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77 --supervisor lee
    """
    _supervise("contact.take_over", config_file, as_json, contact=contact, supervisor=supervisor)


def _supervise(op: str, config_file: Path, as_json: bool, **args: str) -> None:
    result = Switchboard(config_file).call(op, **args)
    if as_json:
        show_json(result)
    else:
        click.echo(f"contact {result['contact']}: {result['supervisor']}: {result['mode'].replace('_', ' ')}")
