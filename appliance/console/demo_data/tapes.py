"""Recordings of a made-up box: facts as the box announces them, and the files of the newest, uploaded as boxes do.

What is older than a day was made, came over and was erased again, as this organisation's retention wants it.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from pathlib import Path

import msgspec

from appliance.cloud.recordings import RecordingFacts, signed_text
from appliance.console.context import Console
from appliance.console.demo_data.audio import make_tape
from appliance.console.demo_data.sending import MadeUpBox
from appliance.console.demo_data.visits import Visit
from appliance.console.storing.opening import open_storage
from appliance.console.uploads.rows import Uploader
from appliance.console.uploads.uploads import Uploads

_BYTES_S = 4_100  # of telephone speech as FLAC: for what was erased long ago


class Tape(msgspec.Struct, frozen=True, kw_only=True):
    """A recording with its file; audio b"": erased since."""

    facts: RecordingFacts
    audio: bytes


async def tape_of(visit: Visit, box: MadeUpBox, *, kept: bool) -> Tape:
    """With a sound if it is kept."""
    assert visit.connected is not None
    lasted = round(visit.left - visit.connected, 2)
    audio = await asyncio.to_thread(_sound, lasted, visit.recording) if kept else b""
    sha256 = hashlib.sha256(audio or visit.recording.encode()).hexdigest()
    size = len(audio) or int(lasted * _BYTES_S)
    facts = RecordingFacts(
        recording=visit.recording,
        contact=visit.contact,
        kind="call",
        media_type="audio/flac",
        started_s=visit.connected,
        duration_s=lasted,
        sealed=False,
        recipients=(),
        bytes=size,
        sha256=sha256,
        plain_sha256=sha256,
        signature=box.sign(signed_text(box.box, visit.recording, sha256, size)),
    )
    return Tape(facts=facts, audio=audio)


def _sound(seconds: float, seed: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="linekeeper-demo-") as folder:
        path = Path(folder) / "tape.flac"
        make_tape(path, seconds=seconds, seed=seed)
        return path.read_bytes()


async def upload(console: Console, box: MadeUpBox, tape: Tape) -> None:
    """By the same ways as a box's file: created, sent, verified."""
    storage = open_storage(console.settings)
    try:
        uploads = Uploads(console.database, storage, console.now_s)
        sender = Uploader(box=box.box, branch=box.branch, key=box.key)
        begun = await uploads.create(sender, recording=tape.facts.recording, length=len(tape.audio))
        await uploads.append(sender, begun.upload, offset=0, data=tape.audio)
        await uploads.finish(sender, begun.upload)
    finally:
        await storage.close()
