"""`linekeeper recording`: what was recorded, and a copy of it as WAV or FLAC."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done, show_json, show_listing, show_rows
from appliance.cli.sox import sox
from appliance.cli.switchboard import Switchboard
from appliance.errors import RecordError, RequestError

COLUMNS = {
    "recording": "recording",
    "contact": "contact",
    "started": "started",
    "duration_s": "seconds",
    "bytes": "bytes",
    "state": "state",
    "path": "file",
}
POLICY_COLUMNS = {"queue": "queue", "agent": "agent", "policy": "recording"}
_CONVERSION_TIMEOUT_S = 600
_ELSEWHERE = ("sealed", "delivered")


@click.group("recording")
def command() -> None:
    """Recordings: list and export.

    Example: linekeeper recording list
    """


@command.command("list")
@config_option
@json_option
def show_all(config_file: Path, as_json: bool) -> None:
    """List the recordings, newest first.

    Example: linekeeper recording list --json
    """
    rows = Switchboard(config_file).call("recording.list")
    show_listing(rows, COLUMNS, empty="no recordings", as_json=as_json)


@command.command("policy")
@click.argument("policy", type=click.Choice(["flow", "always", "never"]), required=False)
@click.option("--queue", help="Of this queue's contacts.")
@click.option("--agent", help="Of this agent's talks.")
@config_option
@json_option
def policy(policy: str | None, queue: str | None, agent: str | None, config_file: Path, as_json: bool) -> None:
    """Say what is recorded of a queue or an agent; without POLICY show what was said.

    flow: what the call flow says, nothing where it says nothing (the usual). always: both sides unless the flow says
    no, as for a customer who refused. never: nothing, whatever a flow says; an agent's never counts in every queue.

    Example: linekeeper recording policy always --queue sales
    """
    switchboard = Switchboard(config_file)
    if policy is None:
        rows = switchboard.call("recording.policies")
        if as_json:
            show_json(rows)
        else:
            show_rows(rows, POLICY_COLUMNS, empty="flows decide for every queue and agent")
        return
    result = switchboard.call("recording.policy", policy=policy, queue=queue, agent=agent)
    show_done(result, f"{'queue' if queue else 'agent'} {queue or agent}: recording {policy}", as_json=as_json)


@command.command("export")
@click.argument("recording")
@click.option("--format", "kind", type=click.Choice(["wav", "flac"]), default="wav", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@config_option
@json_option
def export(recording: str, kind: str, output: Path, config_file: Path, as_json: bool) -> None:
    """Write a copy of RECORDING (its id, or its contact's): stereo, customer left, agent right.

    The original is checked against its SHA-256 first; exit code 1 says that it isn't what was recorded.

    Example: linekeeper recording export 7d1f8c0e-52a3-4f0b-9a53-0f7f3f9a1c11 --format wav --output talk.wav
    """
    box = Switchboard(config_file)
    row = find(box.call("recording.list"), recording)
    source = Path(row["path"])
    verify(source, row.get("sha256"))
    convert(source, output, kind)
    result = {"recording": row["recording"], "output": str(output), "bytes": output.stat().st_size}
    if as_json:
        show_json(result)
    else:
        click.echo(f"wrote {output} ({result['bytes']} bytes)")


def find(rows: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    """The finished recording with the id, or of the contact, `wanted`. Raises RequestError."""
    found = [row for row in rows if wanted in (row.get("recording"), row.get("contact"))]
    if not found:
        raise RequestError(f"no recording {wanted}; see 'linekeeper recording list'", kind="not_found")
    if len(found) > 1:
        ids = ", ".join(str(row.get("recording")) for row in found)
        raise RequestError(f"contact {wanted} has {len(found)} recordings; name one of {ids}", kind="ambiguous")
    if found[0].get("state") in _ELSEWHERE:
        raise RequestError(
            f"recording {wanted} is {found[0]['state']}: only the organisation can open it; listen on the console",
            kind="not_ready",
        )
    if not found[0].get("path"):
        raise RequestError(f"recording {wanted} is not finished; try again after the call", kind="not_ready")
    return found[0]


def verify(path: Path, expected: str | None) -> None:
    """Raises RecordError where the file is missing or its SHA-256 isn't `expected`."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RecordError(f"{path} can't be read: {error.strerror}; use sudo, or look for the file") from error
    if expected and found != expected:
        raise RecordError(f"{path} has changed since it was recorded (SHA-256 {found}); don't trust it")


def convert(source: Path, output: Path, kind: str) -> None:
    """Write `source` as `kind` to `output`, lossless. Raises RecordError with sox's complaint."""
    sox(
        (str(source.absolute()), "--type", kind, str(output.absolute())),
        timeout_s=_CONVERSION_TIMEOUT_S,
        fault=f"{source} can't be written as {output}",
        remedy="check disk and folder",
    )
