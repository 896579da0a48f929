"""Recordings as a box announces them: facts in the database, signed with the box's key."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from appliance.cloud.recordings import signed_text
from appliance.cloud.signing import as_header, signature_of
from appliance.console.context import Console
from appliance.console.database.tables import Recording
from appliance.console.uploads.rows import Uploader

BOX = "box-1"
BRANCH = "seoul"


class Announcer:
    """A box with its key."""

    def __init__(self, box: str = BOX, branch: str = BRANCH) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.uploader = Uploader(box=box, branch=branch, key=self.key.public_key())

    def signature(self, recording: str, data: bytes) -> str:
        """What it signs of a recording whose sealed file is `data`."""
        text = signed_text(self.uploader.box, recording, hashlib.sha256(data).hexdigest(), len(data))
        return as_header(signature_of(self.key, text))

    async def announce(self, console: Console, data: bytes, **changes: Any) -> str:
        """The new recording's id; `changes`: columns that are otherwise."""
        recording = str(uuid.uuid4())
        row: dict[str, Any] = {
            "branch": self.uploader.branch,
            "recording": recording,
            "box": self.uploader.box,
            "seq": 1,
            "contact": str(uuid.uuid4()),
            "kind": "call",
            "media_type": "audio/flac",
            "started_s": 1.0,
            "duration_s": 2.0,
            "sealed": True,
            "recipients": msgspec.json.encode(["age1"]).decode(),
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "plain_sha256": "0" * 64,
            "signature": self.signature(recording, data),
        }
        async with console.database.writing() as session:
            session.add(Recording(**{**row, **changes}))
        return recording
