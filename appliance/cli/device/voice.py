"""The voice of the audio test: espeak-ng, brought to a call's rate by sox. No argument goes through a shell."""

from __future__ import annotations

import shutil
import subprocess

from appliance.errors import DevicesError

_TO_CALL = ("-t", "wav", "-", "-t", "raw", "-r", "8000", "-e", "signed-integer", "-b", "16", "-c", "1", "-")
_LONGEST_S = 30


def speak(text: str) -> bytes:
    """16 bit at 8 kHz. Raises DevicesError."""
    spoken = _run(("espeak-ng", "--stdin", "--stdout"), text.encode())
    return _run(("sox", "--no-dither", "-V1", *_TO_CALL), spoken)


def _run(command: tuple[str, ...], given: bytes) -> bytes:
    program = shutil.which(command[0])
    if program is None:
        raise DevicesError(f"{command[0]} is missing; install Debian's package {command[0]}")
    done = subprocess.run((program, *command[1:]), input=given, capture_output=True, timeout=_LONGEST_S, check=False)
    if done.returncode != 0 or not done.stdout:
        raise DevicesError(
            f"{command[0]} failed: {done.stderr.decode(errors='replace').strip()[-200:]}; install it anew"
        )
    return done.stdout
