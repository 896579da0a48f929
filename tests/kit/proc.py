"""What the kernel says about a tree of processes: members, CPU time, memory, open files."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One process. `cpu_s` includes children that have ended and were waited for."""

    pid: int
    parent: int
    command: str
    cpu_s: float


def tree(root: int) -> list[Member]:
    """`root` and everything below it that runs now."""
    everybody = {member.pid: member for member in map(_read, _pids()) if member is not None}
    found: list[Member] = []
    wanted = {root}
    while wanted:
        found += [everybody[pid] for pid in wanted if pid in everybody]
        wanted = {member.pid for member in everybody.values() if member.parent in wanted}
    return found


def pss_mb(pids: list[int]) -> float:
    """Proportional set size summed over `pids` (/proc/PID/smaps_rollup), in MiB; the ended count nothing."""
    return sum(_pss_kb(pid) for pid in pids) / 1024.0


def open_files(pid: int) -> int:
    """Number of file descriptors."""
    return len(list((_PROC / str(pid) / "fd").iterdir()))


def threads(pid: int) -> int:
    """Number of threads."""
    return len(list((_PROC / str(pid) / "task").iterdir()))


def kill_all(pids: list[int]) -> None:
    """SIGKILL to each at once, as a power cut; those that have ended are no matter."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def gone(pid: int) -> bool:
    """Whether the process has ended (a zombie has)."""
    member = _stat(pid)
    return member is None or member[0] == "Z"


def _pids() -> list[int]:
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat from the third (state) on."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _read(pid: int) -> Member | None:
    fields = _stat(pid)
    if fields is None:
        return None
    try:
        command = (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    cpu_s = sum(int(value) for value in fields[11:15]) / TICKS
    return Member(pid=pid, parent=int(fields[1]), command=command, cpu_s=cpu_s)


def _pss_kb(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
