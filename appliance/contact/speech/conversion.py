"""Audio files of any common format, and samples of any rate, as the bridge plays them. By sox, in a child process.

A file's name never says what sox does with it: the format is given by a table (playlists and device names are not in
it), the path is absolute.
"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

from appliance.contact.speech.engine import Sound
from appliance.contact.speech.programs import Patience, run
from appliance.contact.speech.sound import RATE_HZ, SAMPLE_BYTES
from appliance.errors import ContactError

PROGRAM = "sox"
OPUS = "opusdec"
LONGEST_S = 3600
_REMEDY = "is it an audio file of the format its ending says?"
_BRIDGE = ("-t", "raw", "-r", str(RATE_HZ), "-c", "1", "-b", "16", "-e", "signed-integer", "-L", "-")
_TELEPHONE = ("-r", "8000", "-c", "1")
_MAYBE_OPUS = frozenset({"ogg", "oga"})
# Ending → what sox has to be told. Raw formats are those of telephone systems, 8 kHz mono.
FORMATS: dict[str, tuple[str, ...]] = {
    "wav": ("-t", "wav"),
    "mp3": ("-t", "mp3"),
    "ogg": ("-t", "ogg"),
    "oga": ("-t", "ogg"),
    "flac": ("-t", "flac"),
    "au": ("-t", "au"),
    "snd": ("-t", "au"),
    "aif": ("-t", "aiff"),
    "aiff": ("-t", "aiff"),
    "amr": ("-t", "amr-nb"),
    "gsm": ("-t", "gsm", *_TELEPHONE),
    "ulaw": ("-t", "ul", *_TELEPHONE),
    "ul": ("-t", "ul", *_TELEPHONE),
    "pcmu": ("-t", "ul", *_TELEPHONE),
    "alaw": ("-t", "al", *_TELEPHONE),
    "al": ("-t", "al", *_TELEPHONE),
    "pcma": ("-t", "al", *_TELEPHONE),
    "sln": ("-t", "raw", "-e", "signed-integer", "-b", "16", "-L", *_TELEPHONE),
    "raw": ("-t", "ul", *_TELEPHONE),
    "opus": (),
}


def convert(path: Path, patience: Patience) -> bytes:
    """The samples of an audio file at RATE_HZ. Raises ContactError with what to do."""
    ending = path.suffix.removeprefix(".").lower()
    if ending not in FORMATS:
        raise ContactError(f"{path.name} has no known audio format; use one of {', '.join(sorted(FORMATS))}")
    if ending == "opus":
        return _whole(_opus(path, patience), path)
    try:
        return _whole(_sox(FORMATS[ending], str(path.absolute()), b"", patience), path)
    except ContactError:
        if ending not in _MAYBE_OPUS or not patience.left_s():
            raise
        return _whole(_opus(path, patience), path)


def _opus(path: Path, patience: Patience) -> bytes:
    """Sox of Debian 12 reads no Opus."""
    found = run((OPUS, "--quiet", "--rate", "48000", "--force-wav", str(path.absolute()), "-"), b"", patience, _REMEDY)
    return _sox(("-t", "wav", "--ignore-length"), "-", found, patience)


def to_bridge(sound: Sound, pitch: float, volume: float, patience: Patience) -> bytes:
    """Samples at RATE_HZ, `volume` times as loud without clipping, pitch changed by that factor."""
    effects: list[str] = []
    if volume > 0 and abs(volume - 1) > 0.01:
        limiter = ["-l"] if volume > 1 else []
        effects += ["gain", *limiter, f"{20 * math.log10(volume):.1f}"]
    if abs(pitch - 1) > 0.01:
        effects += ["pitch", f"{1200 * math.log2(pitch):.0f}"]
    source = ("-t", "raw", "-r", str(sound.rate_hz), "-c", "1", "-b", "16", "-e", "signed-integer", "-L")
    made = _sox(source, "-", sound.pcm, patience, effects)
    return made if volume > 0 else bytes(len(made))


def digest(path: Path) -> str:
    """SHA-256 of a file's content. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sox(
    source: tuple[str, ...], name: str, given: bytes, patience: Patience, effects: list[str] | None = None
) -> bytes:
    return run((PROGRAM, "-D", "-V1", *source, name, *_BRIDGE, *(effects or [])), given, patience, _REMEDY)


def _whole(pcm: bytes, path: Path) -> bytes:
    if not pcm:
        raise ContactError(f"{path.name} holds no sound; put another file in its place")
    if len(pcm) > LONGEST_S * RATE_HZ * SAMPLE_BYTES:
        raise ContactError(f"{path.name} is longer than an hour; cut it")
    return pcm
