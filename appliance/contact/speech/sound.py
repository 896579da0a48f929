"""The one form of sound the bridge plays (WAV, 8 kHz, mono, 16 bit), and what can be said of a file without a program.

Imported by every contact process: the standard library only.
"""

from __future__ import annotations

import contextlib
import wave
from pathlib import Path

from appliance.errors import ContactError

RATE_HZ = 8000
SAMPLE_BYTES = 2
# Endings of audio files the box takes (`conversion.FORMATS` says how). Anything else is no sound.
ENDINGS = frozenset({
    "wav", "mp3", "ogg", "oga", "opus", "flac", "au", "snd", "aif", "aiff", "amr", "gsm",
    "ulaw", "ul", "pcmu", "alaw", "al", "pcma", "sln", "raw",
})  # fmt: skip


def playable(path: Path) -> bool:
    """Whether the bridge can play `path` as it is. A file cut short by a lost power supply is not playable."""
    with contextlib.suppress(OSError, EOFError, wave.Error), wave.open(str(path), "rb") as file:
        fits = file.getnchannels() == 1 and file.getsampwidth() == SAMPLE_BYTES and file.getframerate() == RATE_HZ
        return fits and 0 < file.getnframes() * SAMPLE_BYTES < path.stat().st_size
    return False


def duration_s(path: Path) -> float:
    """Seconds of audio in a WAV file. Raises ContactError for anything else."""
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error) as error:
        raise ContactError(f"{path} is no WAV file: {error}; convert it with sox") from error


def silence(seconds: float) -> bytes:
    """PCM at RATE_HZ."""
    return bytes(round(seconds * RATE_HZ) * SAMPLE_BYTES)


def read_pcm(path: Path) -> bytes:
    """The samples of a file that is `playable`. Raises OSError, EOFError, wave.Error."""
    with wave.open(str(path), "rb") as file:
        return file.readframes(file.getnframes())


def write_wav(path: Path, pcm: bytes) -> None:
    """PCM at RATE_HZ as a WAV file. Raises OSError."""
    with path.open("wb") as raw, wave.open(raw, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm)
