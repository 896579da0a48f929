"""Runs sox for level statistics. At the lowest priority (`nice -n 19`), so that no call waits for it.

File names are absolute, because sox takes a name that begins with `|` for a command and one with `-` for an option.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from appliance.errors import RecordError

_END_WAIT_S = 60.0
_TITLE_CHARS = 11  # width of the titles in `stats`


def statistics(path: Path) -> dict[str, list[str]]:
    """sox's `stats` of a file: by line title the values (overall, left, right). Raises RecordError."""
    arguments = ("nice", "-n", "19", "sox", "-V1", str(path.absolute()), "-n", "stats")
    try:
        done = subprocess.run(arguments, capture_output=True, timeout=_END_WAIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RecordError(f"could not measure {path}: {error}; install sox") from error
    said = done.stderr.decode(errors="replace")
    if done.returncode != 0:
        raise RecordError(f"could not measure {path}: sox ended with {done.returncode}: {said.strip()[-300:]}")
    lines = [line for line in said.splitlines() if len(line) > _TITLE_CHARS]
    return {line[:_TITLE_CHARS].strip(): line[_TITLE_CHARS:].split() for line in lines}
