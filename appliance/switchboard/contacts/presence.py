"""Tells when another process is gone, at once and without polling (pidfd_open(2)).

A pidfd names one process for ever: a process id that is used again can't be mistaken for the old one. Must not
judge what the death means.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path


class Presence:
    """Watches process `pid` until it ends or `close`. `ended` is called once, from the event loop, never at once."""

    def __init__(self, pid: int, ended: Callable[[], None]) -> None:
        self.pid = pid
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._descriptor = -1
        try:
            self._descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            self._loop.call_soon(self._over)
        else:
            self._loop.add_reader(self._descriptor, self._over)

    def close(self) -> None:
        """Stop watching. Safe to call twice."""
        self._ended = _nothing
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _over(self) -> None:
        ended = self._ended
        self.close()
        ended()


def _nothing() -> None:
    return None


def udp_port_taken(port: int) -> bool:
    """Whether any process of this machine has bound UDP `port` on IPv4 (proc(5), /proc/net/udp)."""
    lines = Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]
    return any(int(line.split()[1].rpartition(":")[2], 16) == port for line in lines)
