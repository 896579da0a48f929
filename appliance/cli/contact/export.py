"""`linekeeper contact export`: a contact's vCon written by the box itself, without a console."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from appliance import clock
from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done
from appliance.cli.recording import verify
from appliance.cli.switchboard import Switchboard
from appliance.errors import RecordError, RequestError
from appliance.records.as_wav import as_wav
from appliance.records.vcon import Audio, vcon_of


@click.command("export")
@click.argument("contact")
@click.option("--audio", is_flag=True, help="With its recordings as WAV; a sealed one can only be had on the console.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write.")
@config_option
@json_option
def export(contact: str, audio: bool, output: Path, config_file: Path, as_json: bool) -> None:
    """Write CONTACT (an id) as a vCon: parties, the contact record, and with --audio its recordings.

    A vCon is a JSON file in the IETF's format for conversations, which other programs read.

    Example: linekeeper contact export 0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77 --output talk.vcon.json
    """
    result = write_vcon(Switchboard(config_file), contact, output, audio=audio)
    show_done(result, f"wrote {output} ({result['bytes']} bytes, {result['recordings']} recordings)", as_json=as_json)


def write_vcon(box: Switchboard, contact: str, output: Path, *, audio: bool) -> dict[str, Any]:
    """contact, output, bytes, recordings: how many are in it, elsewhere: those that can't be heard here.

    Raises RequestError for a contact that is unknown or under way, RecordError.
    """
    record = box.call("contact.show", contact=contact)["record"]
    if not record:
        raise RequestError(f"contact {contact} has no record yet; export it when it is over", kind="not_ready")
    rows = [row for row in box.call("recording.list", limit=10_000) if row["contact"] == contact] if audio else []
    sounds = [_audio(row) for row in rows if row["path"]]
    text = msgspec.json.encode(vcon_of(record, sounds, created_s=clock.now().wall_s))
    try:
        output.touch(mode=0o600)
        output.write_bytes(text)
    except OSError as error:
        raise RecordError(f"{output} can't be written: {error.strerror}; check disk and folder") from error
    elsewhere = [row["recording"] for row in rows if not row["path"]]
    return {
        "contact": contact,
        "output": str(output),
        "bytes": len(text),
        "recordings": len(sounds),
        "elsewhere": elsewhere,
    }


def _audio(row: dict[str, Any]) -> Audio:
    path = Path(row["path"])
    verify(path, row["sha256"])
    return Audio(
        recording=row["recording"],
        started_s=datetime.fromisoformat(row["started"]).timestamp(),
        duration_s=row["duration_s"],
        wav=as_wav(path),
    )
