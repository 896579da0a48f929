"""`linekeeper contact`: what happened to a customer's visit, and commands to one that is under way."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_fields, show_json, show_listing, show_rows
from appliance.cli.switchboard import Switchboard
from appliance.cli.vcon import export

COLUMNS = {
    "contact": "contact",
    "started": "started",
    "duration_s": "seconds",
    "method": "method",
    "customer": "customer",
    "stage": "stage",
    "queue": "queue",
    "agent": "agent",
    "disconnect_reason": "ended by",
}
_DONE = {
    "hold": "on hold",
    "resume": "off hold",
    "mute": "muted",
    "unmute": "not muted any more",
    "pause-recording": "the recording is paused",
    "resume-recording": "the recording goes on",
    "toggle": "the agent has turned to the other party",
    "conference": "all three hear each other",
    "complete": "the agent has left; the transfer is complete, or goes on ringing",
    "drop": "the consulted party is sent away",
    "hangup": "ended",
    "transfer": "transfer begun",
    "consult": "consult begun",
    "digits": "keys pressed",
}
EVENT_COLUMNS = {"time": "time", "seq": "nr", "writer": "by", "type": "what", "details": "details"}


@click.group("contact")
def command() -> None:
    """Contacts: list, show, and act on one under way.

    Example: linekeeper contact list --open
    """


command.add_command(export)


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many, newest first.")
@click.option("--open", "only_open", is_flag=True, help="Only those under way.")
@config_option
@json_option
def show_all(limit: int, only_open: bool, config_file: Path, as_json: bool) -> None:
    """List contacts, newest first.

    Example: linekeeper contact list --limit 50 --json
    """
    rows = Switchboard(config_file).call("contact.list", limit=limit, open=only_open or None)
    show_listing(rows, COLUMNS, empty="no contacts", as_json=as_json)


@command.command("show")
@click.argument("contact")
@config_option
@json_option
def show(contact: str, config_file: Path, as_json: bool) -> None:
    """Show the record of CONTACT (an id) and everything that happened to it.

    Example: linekeeper contact show 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77
    """
    result = Switchboard(config_file).call("contact.show", contact=contact)
    if as_json:
        show_json(result)
        return
    show_fields(result["contact"])
    if result["record"] is not None:
        click.echo("\nrecord")
        show_json(result["record"])
    click.echo("\nevents")
    show_rows([_event_row(event) for event in result["events"]], EVENT_COLUMNS, empty="none")


def _event_row(event: Mapping[str, Any]) -> dict[str, Any]:
    known = {"writer", "seq", "time", "wall_s", "mono_s", "type"}
    details = {key: value for key, value in event.items() if key not in known and value not in (None, "", [], {})}
    return {**event, "details": details}


def _act(contact: str, what: str, config_file: Path, as_json: bool, **more: str | None) -> None:
    result = Switchboard(config_file).call("contact.command", contact=contact, command=what, **more)
    show_done(result, f"contact {contact}: {_DONE[what]}", as_json=as_json)


def _simple(name: str, text: str) -> None:
    """Add a sub-command that needs nothing but the contact."""

    def act(contact: str, config_file: Path, as_json: bool) -> None:
        _act(contact, name, config_file, as_json)

    command.command(name, help=_help(name, text))(click.argument("contact")(config_option(json_option(act))))


def _on_leg(name: str, text: str) -> None:
    """Add a sub-command that acts on one leg."""

    def act(contact: str, leg: str, config_file: Path, as_json: bool) -> None:
        _act(contact, name, config_file, as_json, leg=leg)

    leg = click.option("--leg", default="customer", show_default=True, help="The leg, as 'contact show' names it.")
    command.command(name, help=_help(name, text))(click.argument("contact")(leg(config_option(json_option(act)))))


def _help(name: str, text: str) -> str:
    return f"{text}\n\nNeeds a running box.\n\nExample: linekeeper contact {name} 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77"


_simple("hold", "Put the customer of CONTACT on hold, with music.")
_simple("resume", "Take the customer of CONTACT off hold.")
_on_leg("mute", "Keep one party of CONTACT from being heard.")
_on_leg("unmute", "Let one party of CONTACT be heard again.")
_simple("pause-recording", "Record silence of the same length, marked, from now on (payment data).")
_simple("resume-recording", "Voices in the recording of CONTACT again.")
_simple("toggle", "Turn the agent of CONTACT from the consulted party to the customer, or back.")
_simple("conference", "Let customer, agent and consulted party of CONTACT hear each other.")
_simple("complete", "Let the agent of CONTACT leave the customer to the consulted party: completes the transfer.")
_simple("drop", "Send the consulted party of CONTACT away.")
_simple("hangup", "End every leg of CONTACT.")


@command.command("park")
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


@command.command("transfer")
@click.argument("contact")
@click.argument("target")
@config_option
@json_option
def transfer(contact: str, target: str, config_file: Path, as_json: bool) -> None:
    """Send the customer of CONTACT to TARGET: an extension, a number, queue:NAME or quick:NAME. Blind transfer.

    Needs a running box.

    Example: linekeeper contact transfer 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77 queue:sales
    """
    _act(contact, "transfer", config_file, as_json, target=target)


@command.command("consult")
@click.argument("contact")
@click.argument("target")
@config_option
@json_option
def consult(contact: str, target: str, config_file: Path, as_json: bool) -> None:
    """Let the agent of CONTACT speak with TARGET first: an extension, a number, queue:NAME or quick:NAME.

    The customer waits on hold. Then toggle, conference, complete or drop. Needs a running box.

    Example: linekeeper contact consult 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77 103
    """
    _act(contact, "consult", config_file, as_json, target=target)


@command.command("digits")
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
    _act(contact, "digits", config_file, as_json, digits=keys)


@command.command("dial")
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


@command.command("disposition")
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


@command.command("note")
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


_SUPERVISOR = click.option("--supervisor", required=True, help="The supervisor's login name.")
_MODE = click.Choice(["listen", "whisper", "barge"])


@command.command("monitor")
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


@command.command("mode")
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


@command.command("take-over")
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
