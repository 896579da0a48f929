"""A unit of the running systemd, and its processes, as tests ask for them."""

from __future__ import annotations

import grp
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kit.guest import patience
from kit.processes import wait_until

PATIENCE_S = patience(24.0)
RESTART = "Scheduled restart job"  # systemd's words, in the journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """active: inactive, activating, active, deactivating, failed. pid: 0 while it doesn't run."""

    active: str
    result: str
    pid: int


class Unit:
    """One unit, by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def seen(self) -> Seen:
        """Now."""
        wanted = ("ActiveState", "Result", "MainPID")
        lines = told("systemctl", "show", self.name, "-p", ",".join(wanted)).splitlines()
        row = dict(line.split("=", 1) for line in lines)
        return Seen(active=row["ActiveState"], result=row.get("Result", ""), pid=int(row.get("MainPID", 0)))

    def becomes(self, *states: str) -> Seen:
        """Once it is in one of `states`."""

        def there() -> Seen | None:
            seen = self.seen()
            return seen if seen.active in states else None

        return wait_until(there, timeout_s=PATIENCE_S, what=f"{self.name} is {' or '.join(states)}; {self.journal()}")

    def journal(self) -> str:
        """Its own words and systemd's about it, the last of them."""
        return told("journalctl", "-u", self.name, "-n", "60", "-o", "cat", "--no-pager")


def account_of(pid: int) -> tuple[set[str], set[str]]:
    """Names of all users (real, effective, saved, file system) and of all groups that the process is."""
    rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    groups = {*rows["Gid"].split(), *rows["Groups"].split()}
    return {pwd.getpwuid(int(one)).pw_name for one in rows["Uid"].split()}, {
        grp.getgrgid(int(one)).gr_name for one in groups
    }


def rights_of(pid: int) -> int:
    """Its capabilities, as a mask: permitted, effective, inheritable, bounding and ambient together."""
    rows = Path(f"/proc/{pid}/status").read_text().splitlines()
    mask = 0
    for row in rows:
        if row.startswith("Cap"):
            mask |= int(row.split()[1], 16)
    return mask


def open_files(pid: int) -> set[str]:
    """Where its descriptors lead."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(link.readlink()))
        except FileNotFoundError:
            continue  # closed meanwhile
    return found


def told(*words: str) -> str:
    """What a command says; it must succeed."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stdout} {done.stderr}"
    return done.stdout
