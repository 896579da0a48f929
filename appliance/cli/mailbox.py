"""`linekeeper mailbox`: who has a mailbox, and what callers hear there."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json, show_listing
from appliance.cli.pin_prompt import given_pin
from appliance.cli.switchboard import Switchboard

COLUMNS = {
    "mailbox": "mailbox",
    "kind": "of",
    "owner": "owner",
    "greeting": "greeting",
    "longest_s": "longest (s)",
    "number": "number",
    "has_pin": "PIN",
    "new": "new",
    "saved": "saved",
}


@click.group("mailbox")
def command() -> None:
    """Mailboxes: where callers leave messages. Every agent has one of the login name.

    Calls get there as the target voicemail:NAME of a forward, of a transfer, or of a flow's transfer to a number.

    Messages are heard at the phone: *97 at the owner's, *98 and number and PIN at any other.

    Example: linekeeper mailbox add sales
    """


@command.command("add")
@click.argument("mailbox")
@click.option("--agent", help="Whose it is; without an owner: whoever has the mailbox's name.")
@click.option("--queue", help="The queue whose it is.")
@click.option("--extension", help="The extension whose it is.")
@click.option("--longest", "longest_s", type=click.FloatRange(5, 3600), help="Seconds of a message; default 180.")
@click.option("--number", help="Digits to key in after *98 to listen to it; '' for none.")
@config_option
@json_option
def add(
    *,
    mailbox: str,
    agent: str | None,
    queue: str | None,
    extension: str | None,
    longest_s: float | None,
    number: str | None,
    config_file: Path,
    as_json: bool,
) -> None:
    """Add MAILBOX, or change it.

    Example: linekeeper mailbox add sales --queue sales --longest 120 --number 801
    """
    result = Switchboard(config_file).call(
        "mailbox.add",
        mailbox=mailbox,
        agent=agent,
        queue=queue,
        extension=extension,
        longest_s=longest_s,
        number=number,
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
    """Let MAILBOX take no messages any more; those in it stay until they are deleted. Its PIN is forgotten.

    Example: linekeeper mailbox remove sales
    """
    result = Switchboard(config_file).call("mailbox.remove", mailbox=mailbox)
    show_done(result, f"mailbox {mailbox} takes no messages any more", as_json=as_json)


@command.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List the mailboxes and how many messages are in them.

    Example: linekeeper mailbox list
    """
    rows = Switchboard(config_file).call("mailbox.list")
    show_listing(rows, COLUMNS, empty="no mailboxes", as_json=as_json)


@command.command("pin")
@click.argument("mailbox")
@click.option("--make", is_flag=True, help="Make a PIN and show it once, instead of asking for one.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read the PIN from standard input.")
@config_option
@json_option
def pin(*, mailbox: str, make: bool, from_stdin: bool, config_file: Path, as_json: bool) -> None:
    """Give MAILBOX of a queue or an extension a new PIN (4 to 10 digits) for *98.

    That also ends the lock after wrong PINs. The PIN never stands on the command line, and can't be shown again. Needs
    a running box. An agent's own mailbox opens with the agent's number and PIN.

    Example: linekeeper mailbox pin sales --make
    """
    chosen = None if make else given_pin(from_stdin)
    result = Switchboard(config_file).call("mailbox.pin", mailbox=mailbox, pin=chosen)
    if as_json:
        show_json(result)
        return
    keyed = result["number"] or (mailbox if mailbox.isdecimal() else None)
    remedy = f"give it a number: linekeeper mailbox add {mailbox} --number 801"
    click.echo(f"mailbox {mailbox} has a PIN" + (f": dial *98{keyed}" if keyed else f"; {remedy}"))
    if result["pin"]:
        click.echo(f"PIN: {result['pin']}")


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
    show_done(result, f"mailbox {mailbox}: callers hear {prompt or 'the words of the box'}", as_json=as_json)
