"""Ends what the commands of an earlier functions service have left running, when that one died without seeing to it.

A command dies with the service, its own children need not; each has the service's mark in its environment. Only
processes of the same account can be seen so (proc(5), environ).
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

MARK = "LINEKEEPER_FUNCTIONS"  # its value is the service's socket: two boxes on one machine leave each other alone
_PROC = Path("/proc")


def end_leftovers(mark: str) -> int:
    """SIGKILL to every process that carries `mark`; returns how many."""
    wanted = f"{MARK}={mark}".encode()
    found = [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit() and wanted in _environment(entry)]
    for pid in found:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return len(found)


def _environment(process: Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []
