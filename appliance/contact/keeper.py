"""Makes journals and growing recordings durable every second, in a process of its own.

A contact process only writes; this one calls fdatasync for it, so that a slow disk is never waited for on a call
path and a power cut costs at most about a second. Reads nothing, changes nothing.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

PERIOD_S = 1.0


class Keeper:
    """Remembers the size at which each file was last made durable."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self._durable: dict[str, int] = {}

    def round(self) -> int:
        """One pass; returns how many files were synced. What fails is tried again, what vanishes is forgotten."""
        seen: dict[str, int] = {}
        synced = 0
        for path, size in _files(self._spool):
            if self._durable.get(path) == size:
                seen[path] = size
            elif _sync(path):
                seen[path] = size
                synced += 1
        self._durable = seen
        return synced

    def run(self) -> None:
        """Until killed, once a second by absolute deadline."""
        deadline = time.monotonic()
        while True:
            self.round()
            deadline = max(deadline + PERIOD_S, time.monotonic())
            time.sleep(max(0.0, deadline - time.monotonic()))


def _files(spool: Path) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    with contextlib.suppress(OSError):
        for folder in os.scandir(spool):
            with contextlib.suppress(OSError):
                found += [(entry.path, entry.stat().st_size) for entry in os.scandir(folder.path) if entry.is_file()]
    return found


def _sync(path: str) -> bool:
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        os.fdatasync(file)
    except OSError:
        return False
    finally:
        os.close(file)
    return True
