"""`linekeeper contact hold`, `mute` and their like: commands to a contact under way that need no target."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done
from appliance.cli.switchboard import Switchboard


def act(what: str, done: str, contact: str, config_file: Path, as_json: bool, **more: str | None) -> None:
    """Send the contact a command, and say what is so then."""
    result = Switchboard(config_file).call("contact.command", contact=contact, command=what, **more)
    show_done(result, f"contact {contact}: {done}", as_json=as_json)


def _simple(name: str, text: str, done: str) -> click.Command:
    """A sub-command that needs nothing but the contact."""

    def run(contact: str, config_file: Path, as_json: bool) -> None:
        act(name, done, contact, config_file, as_json)

    return click.command(name, help=_help(name, text))(click.argument("contact")(config_option(json_option(run))))


def _on_leg(name: str, text: str, done: str) -> click.Command:
    """A sub-command that acts on one leg."""

    def run(contact: str, leg: str, config_file: Path, as_json: bool) -> None:
        act(name, done, contact, config_file, as_json, leg=leg)

    leg = click.option("--leg", default="customer", show_default=True, help="The leg, as 'contact show' names it.")
    return click.command(name, help=_help(name, text))(click.argument("contact")(leg(config_option(json_option(run)))))


def _help(name: str, text: str) -> str:
    return f"{text}\n\nNeeds a running box.\n\nExample: linekeeper contact {name} 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77"


ACTIONS = (
    _simple("hold", "Put the customer of CONTACT on hold, with music.", "on hold"),
    _simple("resume", "Take the customer of CONTACT off hold.", "off hold"),
    _on_leg("mute", "Keep one party of CONTACT from being heard.", "muted"),
    _on_leg("unmute", "Let one party of CONTACT be heard again.", "not muted any more"),
    _simple(
        "pause-recording",
        "Record silence of the same length, marked, from now on (payment data).",
        "the recording is paused",
    ),
    _simple("resume-recording", "Voices in the recording of CONTACT again.", "the recording goes on"),
    _simple(
        "toggle",
        "Turn the agent of CONTACT from the consulted party to the customer, or back.",
        "the agent has turned to the other party",
    ),
    _simple(
        "conference", "Let customer, agent and consulted party of CONTACT hear each other.", "all three hear each other"
    ),
    _simple(
        "complete",
        "Let the agent of CONTACT leave the customer to the consulted party: completes the transfer.",
        "the agent has left; the transfer is complete, or goes on ringing",
    ),
    _simple("drop", "Send the consulted party of CONTACT away.", "the consulted party is sent away"),
    _simple("hangup", "End every leg of CONTACT.", "ended"),
)


@click.command("digits")
@click.argument("contact")
@config_option
@json_option
def digits(contact: str, config_file: Path, as_json: bool) -> None:
    """Press keys towards whom the agent of CONTACT talks with. Asks for them (0-9, * and #), or reads a line.

    They are neither logged nor stored, so they are no argument either. Needs a running box.

    Example: echo 1234# | linekeeper contact digits 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77
    """
    typed = click.prompt("keys", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    keys = str(typed).strip()
    if not keys:
        raise click.UsageError("there are no keys on standard input; pipe one line into it")
    act("digits", "keys pressed", contact, config_file, as_json, digits=keys)
