"""What the panel's button asks of the box: say its address, enrol, factory reset. Each in a thread of its own.

The panel's account may do none of the great things itself: enrolment is the `enroll` command's business, and a factory
reset is a file that a unit of root's waits for (linekeeper-factory-reset.path). Must not touch the box's data.
"""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import DevicesError

log = logging.getLogger(__name__)
RESET_REQUEST = "factory-reset"  # in the run folder
SPEAK_S, ENROL_S = 30.0, 120.0
MOST_BYTES = 4096  # of an enrolment file


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """language: of the voice; speaker: ALSA name, "" for silence; enrolment_file: URL, code and the console's
    fingerprint, a line each; run: the box's run folder; config: linekeeper.toml."""

    language: str
    speaker: str
    enrolment_file: Path
    run: Path
    config: Path


def say_address(means: Means, address: str) -> None:
    """By voice, digit by digit. Raises DevicesError."""
    said = {"ko": "이 장비의 주소는 {}"}.get(means.language[:2], "The address of this box is {}")
    point = {"ko": " 점 "}.get(means.language[:2], " point ")
    speak(means, said.format(point.join(" ".join(part) for part in address.split("."))))


def speak(means: Means, text: str) -> None:
    """Raises DevicesError where there is neither voice nor sound card."""
    if not means.speaker:
        return
    voice = ("espeak-ng", "-v", means.language.lower(), "--stdin", "--stdout")
    sound = _ran(voice, text.encode(), "espeak-ng")
    _ran(("aplay", "-q", "-D", means.speaker), sound, "alsa-utils")


def enrol(means: Means) -> str:
    """The console's answer in a sentence. Raises DevicesError."""
    lines = _enrolment_lines(means.enrolment_file)
    url, code, fingerprint = lines[0], lines[1], lines[2] if len(lines) > 2 else ""
    if not fingerprint:
        raise DevicesError(f"{means.enrolment_file} has no fingerprint in its third line; the console's page shows it")
    words = ("enroll", "--config", str(means.config), "--fingerprint", fingerprint, "--", url)
    return _ran((sys.executable, "-m", "appliance.cli.main", *words), code.encode() + b"\n", "linekeeper").decode()


def request_factory_reset(means: Means) -> None:
    """Raises DevicesError."""
    try:
        (means.run / RESET_REQUEST).touch()
    except OSError as error:
        raise DevicesError(f"a factory reset can't be asked for ({error}); see the unit's ReadWritePaths") from error


def own_address() -> str:
    """Of the interface with the default route, "0.0.0.0" for none. Sends nothing: a UDP socket is only connected."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: nobody's
        except OSError:
            return "0.0.0.0"
        return str(probe.getsockname()[0])


def _enrolment_lines(file: Path) -> list[str]:
    try:
        with file.open("rb") as opened:
            text = opened.read(MOST_BYTES).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise DevicesError(f"{file} can't be read ({error}); write the console's URL and the code into it") from error
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not lines[0].startswith("https://"):
        raise DevicesError(f"{file} holds no enrolment; its lines are the console's https:// URL, code, fingerprint")
    return lines


def _ran(words: Sequence[str], said: bytes, package: str) -> bytes:
    """What the program wrote. Raises DevicesError."""
    try:
        done = subprocess.run(words, input=said, capture_output=True, check=False, timeout=max(SPEAK_S, ENROL_S))
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DevicesError(f"{words[0]} can't be run ({error}); install {package}") from error
    if done.returncode:
        raise DevicesError(f"{words[0]} failed: {done.stderr.decode(errors='replace').strip()[-300:]}")
    return done.stdout
