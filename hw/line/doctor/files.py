"""Captures as a folder: one WAV file a state (8 kHz, mono, 16 bit) and `line.json` for what isn't sound.

A folder that somebody recorded by other means needs no `line.json`.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import wave
from array import array
from pathlib import Path
from typing import Any

from hw.errors import CaptureError
from hw.line.caller_id import Absence, CallerId
from hw.line.doctor.captures import RATE_HZ, STATES, Captures, Samples

FACTS = "line.json"
_SOUNDS = "sounds"
_ABSENCES = ("no_number", "no_name")


def save(captures: Captures, folder: Path) -> None:
    """Raises OSError. The caller's number is among it: the folder is for its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for state, sound in captures.sounds.items():
        with wave.open(str(folder / f"{state}.wav"), "wb") as file:
            file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
            file.writeframes(_little(sound).tobytes())
    facts = {name: value for name, value in dataclasses.asdict(captures).items() if name != _SOUNDS}
    (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def load(folder: Path) -> Captures:
    """Raises CaptureError."""
    sounds = {state: _sound(path) for state in STATES if (path := folder / f"{state}.wav").exists()}
    facts = _facts(folder / FACTS) if (folder / FACTS).exists() else {}
    if not sounds and not facts:
        names = ", ".join(f"{state}.wav" for state in STATES)
        raise CaptureError(f"there is nothing of a line in {folder}; put {names} there, as far as you have them")
    try:
        return Captures(sounds=sounds, **facts)
    except TypeError as error:
        raise CaptureError(f"{folder / FACTS} has keys that are not known ({error}); remove them") from error


def _sound(path: Path) -> Samples:
    try:
        with wave.open(str(path), "rb") as file:
            shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            data = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise CaptureError(f"{path} is no WAV file ({error}); record it again") from error
    if shape != (1, 2, RATE_HZ):
        told = f"{shape[0]} channels of {8 * shape[1]} bit at {shape[2]} Hz"
        raise CaptureError(f"{path} has {told}; convert it: sox {path.name} -r 8000 -c 1 -b 16 new.wav")
    return _little(array("h", data))


def _little(samples: Samples) -> Samples:
    """WAV has the low byte first; what comes back is a copy."""
    turned = array("h", samples)
    if sys.byteorder == "big":
        turned.byteswap()
    return turned


def _facts(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        caller = dict(told.pop("caller", None) or {})
        absent = {name: Absence(caller[name]) if caller.get(name) else None for name in _ABSENCES}
        return {**told, "rings_s": tuple(told.get("rings_s", ())), "caller": CallerId(**{**caller, **absent})}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CaptureError(f"{path} can't be read ({error}); remove it, the sounds are enough") from error
