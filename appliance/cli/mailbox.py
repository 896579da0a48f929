"""`linekeeper mailbox`: who has a mailbox, and what callers hear there."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_json, show_rows
from appliance.cli.switchboard import Switchboard

COLUMNS = {
    "mailbox": "mailbox",
    "kind": "of",
    "owner": "owner",
    "greeting": "greeting",
    "longest_s": "longest (s)",
    "new": "new",
    "saved": "saved",
}


@click.group("mailbox")
def command() -> None:
    """Mailboxes: where callers leave messages. Every agent has one of the login name.

    Calls get there as the target voicemail:NAME of a forward, of a transfer, or of a flow's transfer to a number.

    Example: linekeeper mailbox add sales
    """


@command.command("add")
@click.argument("mailbox")
@click.option("--agent", help="Whose it is; without an owner: whoever has the mailbox's name.")
@click.option("--queue", help="The queue whose it is.")
@click.option("--extension", help="The extension whose it is.")
@click.option("--longest", "longest_s", type=click.FloatRange(5, 3600), help="Seconds of a message; default 180.")
@config_option
@json_option
def add(
    *,
    mailbox: str,
    agent: str | None,
    queue: str | None,
    extension: str | None,
    longest_s: float | None,
    config_file: Path,
    as_json: bool,
) -> None:
    """Add MAILBOX, or change it.

    Example: linekeeper mailbox add sales --queue sales --longest 120
    """
    result = Switchboard(config_file).call(
        "mailbox.add", mailbox=mailbox, agent=agent, queue=queue, extension=extension, longest_s=longest_s
    )
    if as_json:
        show_json(result)
    else:
        click.echo(f"mailbox {mailbox} of {result['kind']} {result['owner']}: callers reach it as voicemail:{mailbox}")


@command.command("remove")
@click.argument("mailbox")
@config_option
@json_option
def remove(mailbox: str, config_file: Path, as_json: bool) -> None:
    """Let MAILBOX take no messages any more; those in it stay until they are deleted.

    Example: linekeeper mailbox remove sales
    """
    result = Switchboard(config_file).call("mailbox.remove", mailbox=mailbox)
    if as_json:
        show_json(result)
    else:
        click.echo(f"mailbox {mailbox} takes no messages any more")


@command.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List the mailboxes and how many messages are in them.

    Example: linekeeper mailbox list
    """
    rows = Switchboard(config_file).call("mailbox.list")
    if as_json:
        show_json(rows)
    else:
        show_rows(rows, COLUMNS, empty="no mailboxes")


@command.command("greeting")
@click.argument("mailbox")
@click.argument("prompt", required=False, default="")
@config_option
@json_option
def greeting(mailbox: str, prompt: str, config_file: Path, as_json: bool) -> None:
    """Let callers of MAILBOX hear PROMPT (see 'linekeeper prompt import'); without PROMPT the box's own words.

    Example: linekeeper mailbox greeting sales sales-greeting
    """
    result = Switchboard(config_file).call("mailbox.greeting", mailbox=mailbox, prompt=prompt)
    if as_json:
        show_json(result)
    else:
        click.echo(f"mailbox {mailbox}: callers hear {prompt or 'the words of the box'}")
