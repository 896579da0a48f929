"""Who has used which headset, and when: one line of JSON a use. Headsets are worn at the ear and the mouth; whoever
shares one should know it.

Only the newest MOST_USES are kept. Must not hold anything about the calls themselves.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

MOST_USES = 5000
_SLACK = 500
NOBODY = ""


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """at: seconds since 1970. headset: its serial number, else its address. agent: "" where nobody was logged in."""

    at: float
    headset: str
    extension: str
    agent: str = NOBODY


def note_use(file: Path, use: Use) -> None:
    """Append it. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as log:
        log.write(msgspec.json.encode(use) + b"\n")
    _shorten(file)


def read_uses(file: Path) -> list[Use]:
    """Oldest first; a line that was cut by a power failure is left out. Raises OSError but for a missing file."""
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    uses: list[Use] = []
    for line in lines:
        with contextlib.suppress(msgspec.DecodeError):
            uses.append(msgspec.json.decode(line, type=Use))
    return uses


def users_of(uses: Iterable[Use]) -> Mapping[str, Mapping[str, Use]]:
    """Headset → agent → the latest use; uses by nobody count for none."""
    found: dict[str, dict[str, Use]] = {}
    for use in uses:
        if use.agent != NOBODY:
            found.setdefault(use.headset, {})[use.agent] = use
    return found


def _shorten(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    if len(lines) <= MOST_USES + _SLACK:
        return
    fresh = file.with_name(file.name + ".new")
    fresh.write_bytes(b"".join(lines[-MOST_USES:]))
    fresh.replace(file)
