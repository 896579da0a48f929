"""`linekeeper contact disposition` and `note`: how a contact came out, said during it or afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json
from appliance.cli.switchboard import Switchboard


@click.command("disposition")
@click.argument("contact")
@click.argument("code")
@click.option("--agent", help="Who says so; default: the agent of the contact.")
@config_option
@json_option
def disposition(*, contact: str, code: str, agent: str | None, config_file: Path, as_json: bool) -> None:
    """Say how CONTACT came out: CODE as in 'disposition list'. Also afterwards; the latest one counts.

    Needs a running box.

    Example: linekeeper contact disposition 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77 1
    """
    result = Switchboard(config_file).call("contact.disposition", contact=contact, code=code, agent=agent)
    if as_json:
        show_json(result)
    else:
        click.echo(f"contact {contact}: {result['name']}")


@click.command("note")
@click.argument("contact")
@click.argument("text")
@click.option("--agent", help="Who says so; default: the agent of the contact.")
@config_option
@json_option
def note(*, contact: str, text: str, agent: str | None, config_file: Path, as_json: bool) -> None:
    """Add TEXT to the record of CONTACT. Also afterwards. "-" reads it from standard input.

    Needs a running box.

    Example: linekeeper contact note 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77 "Wants the new price list"
    """
    said = sys.stdin.read().strip() if text == "-" else text
    result = Switchboard(config_file).call("contact.note", contact=contact, text=said, agent=agent)
    show_done(result, f"contact {contact}: noted", as_json=as_json)
