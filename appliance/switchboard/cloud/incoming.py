"""Files that came from the console: `BoxPaths.incoming`/<SHA-256>, put there by the sync service.

Believed only if their content has that hash. Archives are opened with limits: nothing of them is written by its name.
"""

from __future__ import annotations

import hashlib
import io
import wave
from pathlib import Path

from appliance.archives import ZIP_BEGINS, unzipped
from appliance.config.paths import BoxPaths
from appliance.errors import RequestError
from appliance.flow.bundle_files import DOCUMENT_FILE, Gathered, gather

RATES_HZ = frozenset({8000, 16000})


def content_of(paths: BoxPaths, sha256: str) -> bytes:
    """Raises RequestError for a file that isn't there, or is another."""
    if not sha256:
        raise RequestError("the item names no file; publish it again on the console")
    try:
        content = (paths.incoming / sha256).read_bytes()
    except OSError as error:
        raise RequestError(f"file {sha256[:12]} has not come from the console yet: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise RequestError(f"file {sha256[:12]} was damaged on its way; it will be fetched again")
    return content


def bundle_in(content: bytes) -> Gathered:
    """A bundle document, or an archive as 'linekeeper flow export' writes it. Raises FlowError."""
    if not content.startswith(ZIP_BEGINS):
        return gather({DOCUMENT_FILE: content})
    return gather(unzipped(content, "the flow bundle"))


def check_sound(content: bytes, what: str) -> None:
    """Raises RequestError for anything but a WAV file as the box plays it."""
    try:
        with wave.open(io.BytesIO(content)) as sound:
            fits = (sound.getnchannels(), sound.getsampwidth()) == (1, 2) and sound.getframerate() in RATES_HZ
    except (wave.Error, EOFError) as error:
        raise RequestError(f"{what} is no WAV file: {error}") from error
    if not fits:
        raise RequestError(f"{what} must be WAV, mono, 16 bits, 8000 or 16000 samples a second; convert it first")


def put_file(target: Path, content: bytes) -> None:
    """Whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.new")
    draft.write_bytes(content)
    draft.replace(target)
