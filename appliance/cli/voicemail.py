"""`linekeeper voicemail`: messages that callers have left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json, show_listing
from appliance.cli.recording import verify
from appliance.cli.sox import sox
from appliance.cli.switchboard import Switchboard
from appliance.errors import RequestError

COLUMNS = {
    "voicemail": "voicemail",
    "mailbox": "mailbox",
    "state": "state",
    "left": "left",
    "duration_s": "seconds",
    "caller": "from",
    "caller_name": "name",
    "contact": "contact",
}
_TIMEOUT_S = 3600


@click.group("voicemail")
def command() -> None:
    """Messages in mailboxes: list, play, export and delete.

    Example: linekeeper voicemail list --mailbox sales
    """


@command.command("list")
@click.option("--mailbox", help="Of this mailbox only.")
@config_option
@json_option
def show_all(mailbox: str | None, config_file: Path, as_json: bool) -> None:
    """List the messages, new ones first.

    Example: linekeeper voicemail list --json
    """
    rows = Switchboard(config_file).call("voicemail.list", mailbox=mailbox)
    show_listing(rows, COLUMNS, empty="no messages", as_json=as_json)


@command.command("play")
@click.argument("voicemail")
@config_option
@json_option
def play(voicemail: str, config_file: Path, as_json: bool) -> None:
    """Play VOICEMAIL on this machine's sound card, and keep it as heard (saved).

    Example: linekeeper voicemail play 7d1f8c0e-52a3-4f0b-9a53-0f7f3f9a1c11
    """
    box = Switchboard(config_file)
    _sox(_sound(box, voicemail), ["--default-device"])
    result = box.call("voicemail.mark", voicemail=voicemail, state="saved")
    if as_json:
        show_json(result)


@command.command("export")
@click.argument("voicemail")
@click.option("--format", "kind", type=click.Choice(["wav", "flac"]), default="wav", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@config_option
@json_option
def export(voicemail: str, kind: str, output: Path, config_file: Path, as_json: bool) -> None:
    """Write a mono copy of VOICEMAIL. The original is checked against its SHA-256 first.

    Example: linekeeper voicemail export 7d1f8c0e-52a3-4f0b-9a53-0f7f3f9a1c11 --output message.wav
    """
    output.touch(mode=0o600)
    _sox(_sound(Switchboard(config_file), voicemail), ["--type", kind, str(output.absolute())])
    result = {"voicemail": voicemail, "output": str(output), "bytes": output.stat().st_size}
    if as_json:
        show_json(result)
    else:
        click.echo(f"wrote {output} ({result['bytes']} bytes)")


@command.command("delete")
@click.argument("voicemail")
@config_option
@json_option
def delete(voicemail: str, config_file: Path, as_json: bool) -> None:
    """Delete VOICEMAIL: its sound is gone, the contact's record stays.

    Example: linekeeper voicemail delete 7d1f8c0e-52a3-4f0b-9a53-0f7f3f9a1c11
    """
    result = Switchboard(config_file).call("voicemail.mark", voicemail=voicemail, state="deleted")
    show_done(result, f"voicemail {voicemail} is deleted", as_json=as_json)


def _sound(box: Switchboard, voicemail: str) -> Path:
    """The finished file. Raises RequestError or RecordError."""
    rows: list[dict[str, Any]] = [row for row in box.call("voicemail.list") if row["voicemail"] == voicemail]
    if not rows:
        raise RequestError(f"no voicemail {voicemail}; see 'linekeeper voicemail list'", kind="not_found")
    if not rows[0]["path"]:
        raise RequestError(f"voicemail {voicemail} is just being stored; try again in a moment", kind="not_ready")
    path = Path(rows[0]["path"])
    verify(path, rows[0]["sha256"])
    return path


def _sox(source: Path, target: list[str]) -> None:
    """The customer's side of `source` to `target`. Raises RecordError with sox's complaint."""
    sox(
        ("-q", str(source.absolute()), *target, "remix", "1"),
        timeout_s=_TIMEOUT_S,
        fault=f"{source} can't be given out",
        remedy="check sound card, disk and folder",
    )
