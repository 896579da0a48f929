"""How much of one core a process and its children take."""

from __future__ import annotations

import math
import time

from kit import proc


def share_of(pid: int, seconds: float) -> float:
    """During the next `seconds`; 1.0 is one core."""
    before = _cpu_s(pid)
    time.sleep(seconds)
    return (_cpu_s(pid) - before) / seconds


def _cpu_s(pid: int) -> float:
    return math.fsum(member.cpu_s for member in proc.tree(pid))
