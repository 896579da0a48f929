"""What a line's service says of its line: one small file a line, replaced by rename, read by commands and the panel.

`run_dir/lines/<name>.json`. Whoever reads it checks the process: a service that was killed leaves its last words.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec


class LineShown(msgspec.Struct, frozen=True, kw_only=True):
    """state: of the line's machine (idle, ringing, …, no_line). since: wall clock, Unix seconds, of that state. device,
    model: what drives it; duplex: voice both ways at once. calls_in, calls_out: since the service began. last_end: why
    the last call ended. remarks: what a technician should know. running: its process lives."""

    line: str
    kind: str
    number: str
    state: str
    since: float
    device: str = ""
    model: str = ""
    duplex: bool = True
    calls_in: int = 0
    calls_out: int = 0
    last_end: str = ""
    remarks: tuple[str, ...] = ()
    pid: int = 0
    running: bool = True


def lines_folder(run: Path) -> Path:
    return run / "lines"


class Board:
    """Writes one line's file when something has changed."""

    def __init__(self, run: Path) -> None:
        self._folder = lines_folder(run)
        self._shown: LineShown | None = None

    def show(self, shown: LineShown) -> None:
        """Raises OSError."""
        if shown == self._shown:
            return
        self._shown = shown
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"{shown.line}.new"
        fresh.write_bytes(msgspec.json.encode(shown))
        fresh.replace(self._folder / f"{shown.line}.json")

    def take_down(self) -> None:
        """The service ends in order."""
        if self._shown is not None:
            (self._folder / f"{self._shown.line}.json").unlink(missing_ok=True)
            self._shown = None


def shown_lines(run: Path) -> Mapping[str, LineShown]:
    """By name; a file that can't be read is no line."""
    found: dict[str, LineShown] = {}
    for path in sorted(lines_folder(run).glob("*.json")):
        try:
            shown = msgspec.json.decode(path.read_bytes(), type=LineShown)
        except (OSError, msgspec.DecodeError):
            continue
        found[shown.line] = msgspec.structs.replace(shown, running=_lives(shown.pid))
    return found


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0
