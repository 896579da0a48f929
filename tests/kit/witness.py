"""Who else was late? One small process a processor of the machine, that does nothing but wake every 2 ms and write down
how late it was. It runs above every program of ours, so that its lateness is the machine's: a processor that was taken
away (a virtual one), or kernel work that could not be interrupted.

Run as a program it reads one JSON line (the plan) and then `report` → one JSON line; end of file → stop.
"""

from __future__ import annotations

import gc
import json
import math
import os
import signal
import struct
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kit.child import Child

PERIOD_S = 0.002
PRIORITY = 50  # of SCHED_RR: ours have 1
_NOTE = struct.Struct("=dd")
_NOTED_S = 0.001  # what is less is no news


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """Seconds of CLOCK_MONOTONIC between which a processor did not run what it should have."""

    began: float
    ended: float

    @property
    def lasted_s(self) -> float:
        return self.ended - self.began


class Witness(Child):
    """A context manager. Where it may not run above us (it needs CAP_SYS_NICE) it has seen nothing, ever."""

    def __init__(self, *, log: Path) -> None:
        super().__init__("kit.witness", {}, log=log)

    def stalls(self) -> tuple[Stall, ...]:
        """Of any processor, since the last time this was asked; what is under a millisecond is left out."""
        return tuple(Stall(began=began, ended=ended) for began, ended in self.report()["stalls"])


def stood_still_s(stalls: Iterable[Stall], since: float, until: float) -> float:
    """How long any processor stood still in stalls that touch this time; what two did together counts once."""
    total, end = 0.0, -math.inf
    touching = (stall for stall in stalls if stall.began <= until and stall.ended >= since)
    for stall in sorted(touching, key=lambda stall: stall.began):
        total += max(0.0, stall.ended - max(end, stall.began))
        end = max(end, stall.ended)
    return total


def steal_s() -> float:
    """What the host has taken from this machine since it was started, all processors together."""
    words = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return int(words[8]) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Until standard input ends."""
    json.loads(sys.stdin.buffer.readline())
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    begun, begins = os.pipe()
    processors = sorted(os.sched_getaffinity(0)) if _above() else []
    watchers = [_watcher(processor, writing, begins) for processor in processors]
    for _ in watchers:
        os.read(begun, 1)
    print(json.dumps("ready"), flush=True)
    while sys.stdin.buffer.readline():
        print(json.dumps({"stalls": list(_NOTE.iter_unpack(_read(reading)))}), flush=True)
    for watcher in watchers:
        os.kill(watcher, signal.SIGKILL)
        os.waitpid(watcher, 0)


def _above() -> bool:
    """From now on, and for who is forked."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
    except PermissionError as error:
        print(f"no real-time priority: {error}", file=sys.stderr, flush=True)
        return False
    return True


def _read(reading: int) -> bytes:
    try:
        return os.read(reading, 1 << 20)
    except BlockingIOError:
        return b""


def _watcher(processor: int, writing: int, begins: int) -> int:
    """A process that watches one processor, and says so in `begins`; its id."""
    if child := os.fork():
        return child
    os.sched_setaffinity(0, {processor})
    gc.disable()
    parent = os.getppid()
    due = time.monotonic()
    os.write(begins, b".")
    while os.getppid() == parent:
        due += PERIOD_S
        time.sleep(max(0.0, due - time.monotonic()))
        now = time.monotonic()
        if now - due >= _NOTED_S:
            os.write(writing, _NOTE.pack(due, now))
            due = now
    os._exit(0)


if __name__ == "__main__":
    main()
