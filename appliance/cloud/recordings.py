"""A recording on its way: sealed on the box, uploaded by tus 1.0, checked on both sides before the box may forget it.

The tus `Upload-Metadata` carries `recording` (id) only; everything else is `RecordingFacts`, sent as an event of kind
`RECORDING` before the upload begins, so that facts are in the chain and the upload can prove nothing but its bytes.

Source: https://tus.io/protocols/resumable-upload (1.0.0, extensions creation, checksum, termination, expiration)
"""

from __future__ import annotations

import msgspec

RECORDING = "recording"  # outbox kind: RecordingFacts
RECORDING_ERASED = "recording_erased"  # outbox kind: {"recording", "contact", "why"}
MOST_BYTES = 2_000_000_000
CHECKSUM = "sha256"


class RecordingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is uploaded. kind: call or voicemail; sealed: age file, encrypted to `recipients` (the organisation's public
    keys); bytes and sha256 of the file as uploaded; plain_sha256 and media_type of what is inside; duration_s of the
    audio; signature: base64, the box's key over `signed_text`."""

    recording: str
    contact: str
    kind: str
    media_type: str
    started_s: float
    duration_s: float
    sealed: bool
    recipients: tuple[str, ...]
    bytes: int
    sha256: str
    plain_sha256: str
    signature: str


class UploadDone(msgspec.Struct, frozen=True, kw_only=True):
    """The console has verified the checksum and stored the file: the box's copy becomes deletable."""

    recording: str
    sha256: str
    bytes: int


def signed_text(box: str, recording: str, sha256: str, bytes_: int) -> bytes:
    """What a box signs to vouch for a sealed recording."""
    return f"linekeeper-recording-1\n{box}\n{recording}\n{sha256}\n{bytes_}".encode()
