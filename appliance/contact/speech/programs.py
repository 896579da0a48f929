"""Runs one program to its end: input and output by pipes, bounded in time, memory and file size.

What is spoken goes in by standard input, never by argv; nothing a program says about its input is kept.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import time
from collections.abc import Sequence

from appliance.errors import ContactError

NICE_AHEAD = 19  # for sounds that nobody waits for
_NICE = 0  # contact processes run above that, for the media clock
_MEMORY_BYTES = 2_000_000_000
_FILE_BYTES = 400_000_000
_CPU_S = 60
_ENVIRONMENT = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


class Patience:
    """How long a piece of work may take (`until`, CLOCK_MONOTONIC seconds), and whether anybody waits for it."""

    __slots__ = ("ahead", "until")

    def __init__(self, seconds: float, *, ahead: bool = False) -> None:
        self.until = time.monotonic() + seconds
        self.ahead = ahead

    def left_s(self) -> float:
        return max(0.0, self.until - time.monotonic())


def run(command: Sequence[str], given: bytes, patience: Patience, remedy: str) -> bytes:
    """What `command` wrote on standard output. Raises ContactError: not installed, too slow, failed (`remedy`)."""
    with start(command, patience) as child:
        try:
            made, _ = child.communicate(given, timeout=patience.left_s())
        except subprocess.TimeoutExpired as error:
            child.kill()
            child.communicate()
            raise ContactError(f"{command[0]} took too long; is the box overloaded?") from error
    if child.returncode != 0:
        raise ContactError(f"{command[0]} failed (exit code {child.returncode}); {remedy}")
    return made


def start(command: Sequence[str], patience: Patience) -> subprocess.Popen[bytes]:
    """A child with pipes, in bounds. Raises ContactError where it can't be started."""
    environment = _ENVIRONMENT | {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
    except OSError as error:
        raise ContactError(f"{command[0]} can't be started ({error}); install it with apt") from error
    with contextlib.suppress(OSError):  # it may have ended already
        bound(child.pid, patience)
    return child


def bound(pid: int, patience: Patience) -> None:
    """Limits for a child that reads what strangers made. Raises OSError where it is gone."""
    resource.prlimit(pid, resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.prlimit(pid, resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    lower(pid, NICE_AHEAD if patience.ahead else _NICE)


def lower(pid: int, nice: int = _NICE) -> None:
    """Let a process run at `nice` or below: this one may stand above the media clock's rank. Raises OSError."""
    os.setpriority(os.PRIO_PROCESS, pid, max(nice, os.getpriority(os.PRIO_PROCESS, pid)))
