"""Runs sox for a command that gives out sound. Arguments never go through a shell."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from appliance.errors import RecordError


def sox(arguments: Sequence[str], *, timeout_s: float, fault: str, remedy: str) -> None:
    """Run it to its end. Raises RecordError: `fault`, sox's own complaint, `remedy`."""
    program = shutil.which("sox")
    if program is None:
        raise RecordError("sox is missing; install Debian's package sox")
    done = subprocess.run(
        (program, "--no-dither", *arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    if done.returncode != 0:
        raise RecordError(f"{fault}: {done.stderr.strip()}; {remedy}")
