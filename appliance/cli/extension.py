"""`linekeeper extension`: numbers inside, and the passwords their phones register with."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json, show_rows
from appliance.cli.switchboard import Switchboard

COLUMNS = {
    "extension": "extension",
    "name": "name",
    "agent": "agent",
    "reached": "calls go",
    "registered": "registered",
    "contacts": "reached at",
}


@click.group("extension")
def command() -> None:
    """Phones: numbers inside and their passwords.

    Example: linekeeper extension add 101 --name Reception
    """


@command.command("add")
@click.argument("extension")
@click.option("--name", help="Shown on other phones.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--ask-password", is_flag=True, help="Ask for the password.")
@config_option
@json_option
def add(
    *, extension: str, name: str | None, password_stdin: bool, ask_password: bool, config_file: Path, as_json: bool
) -> None:
    """Add EXTENSION, or give it a new password.

    Without an option a password is made and shown once; it can't be shown again. A password never stands on the
    command line, where other users could read it.

    Example: linekeeper extension add 101 --name Reception
    """
    password = _password(password_stdin, ask_password)
    result = Switchboard(config_file).call("extension.add", extension=extension, name=name, password=password)
    if as_json:
        show_json(result)
        return
    click.echo(f"extension {result['extension']} can register")
    if password is None:
        click.echo(f"password: {result['password']}")


@command.command("remove")
@click.argument("extension")
@config_option
@json_option
def remove(extension: str, config_file: Path, as_json: bool) -> None:
    """Remove EXTENSION; its phone is refused from now on.

    Example: linekeeper extension remove 101
    """
    result = Switchboard(config_file).call("extension.remove", extension=extension)
    show_done(result, f"extension {extension} removed", as_json=as_json)


@command.command("set")
@click.argument("extension")
@click.option("--dnd/--no-dnd", "do_not_disturb", default=None, help="Do not disturb: calls are busy at once.")
@click.option("--forward", "always", metavar="TARGET", help="Where all its calls go.")
@click.option("--forward-busy", "busy", metavar="TARGET", help="Where they go when it is busy or refuses.")
@click.option("--forward-no-answer", "no_answer", metavar="TARGET", help="Where they go when nobody answers.")
@click.option("--ring", "ring_s", type=float, metavar="SECONDS", help="How long it rings before that; 20 by default.")
@click.option("--outside/--no-outside", default=None, help="Whether it may forward to outside numbers; no by default.")
@click.option("--pickup-group", help="Who shares this name may pick up each other's calls.")
@config_option
@json_option
def change(extension: str, config_file: Path, as_json: bool, **settings: str | float | bool | None) -> None:
    """Say how EXTENSION is reached. What is not given stays as it was; an empty TARGET ends a forward.

    TARGET is an extension, a group's number, a number with a flow, an outside number, queue:NAME, group:NAME or
    voicemail:NAME. Calls of a queue ring the agent all the same: only do-not-disturb keeps them away.

    Example: linekeeper extension set 101 --forward-busy 102 --forward-no-answer voicemail:101 --ring 15
    """
    result = Switchboard(config_file).call("extension.set", extension=extension, **settings)
    if as_json:
        show_json(result)
    else:
        click.echo(f"extension {extension}: {_reached(result) or 'calls ring'}")


@command.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List the extensions, and where each is registered while the box runs.

    Example: linekeeper extension list --json
    """
    rows = Switchboard(config_file).call("extension.list")
    if as_json:
        show_json(rows)
    else:
        show_rows(
            [row | {"reached": _reached(row)} for row in rows],
            COLUMNS,
            empty="no extensions; add one: linekeeper extension add 101",
        )


def _reached(row: Mapping[str, Any]) -> str:
    """The settings that are not as usual, in a few words."""
    words = ["do not disturb"] if row.get("do_not_disturb") else []
    named = {"always": "all to", "busy": "busy to", "no_answer": "no answer to"}
    words += [f"{word} {row[name]}" for name, word in named.items() if row.get(name)]
    return ", ".join(words)


def _password(from_stdin: bool, ask: bool) -> str | None:
    if from_stdin and ask:
        raise click.UsageError("--password-stdin and --ask-password exclude each other; give one of them")
    if ask:
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    if not from_stdin:
        return None
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.UsageError("--password-stdin got no password; pipe one line into it")
    return password
