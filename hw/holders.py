"""Claims a device for one process, and names whoever has it. Linux only; must not open devices itself."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from hw.errors import DeviceBusyError

_PROC = Path("/proc")


def claim(descriptor: int, device: str) -> None:
    """Lock the open file for us alone, until it is closed. Raises DeviceBusyError with the holder's name."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise DeviceBusyError(device, holder_of(device)) from error


def holder_of(device: str) -> str:
    """Program and process number of who has the device open; ourselves only if nobody else has. Processes of other
    users can't be looked into: "another process"."""
    target = os.path.realpath(device)
    holders = sorted((_name(process) for process in _processes() if _holds(process, target)), key=_ours)
    return holders[0] if holders else "another process"


def _processes() -> list[Path]:
    return [path for path in _PROC.iterdir() if path.name.isdigit()]


def _holds(process: Path, target: str) -> bool:
    try:
        return any(_link(entry) == target for entry in (process / "fd").iterdir())
    except OSError:  # gone meanwhile, or not ours to see
        return False


def _link(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except OSError:
        return ""


def _name(process: Path) -> str:
    if process.name == str(os.getpid()):
        return f"this process ({process.name})"
    try:
        return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    except OSError:
        return f"process {process.name}"


def _ours(name: str) -> bool:
    return name.startswith("this process")
