"""What an installation puts on a Debian machine, of a box or of a console, and how the machine is told of it.

Nothing here writes by itself: a `Step` is carried out by `linekeeper install`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.config.load import EXAMPLE_FILE
from appliance.errors import ApplianceError

PROGRAM = Path("opt/linekeeper")  # a link to the virtual environment: what the units start
UNITS = Path("usr/local/lib/systemd/system")  # /etc/systemd/system stays the administrator's, for drop-ins
UDEV_RULES = Path("usr/local/lib/udev/rules.d")
SYSUSERS = Path("usr/local/lib/sysusers.d")
TMPFILES = Path("usr/local/lib/tmpfiles.d")
DEBIANS_KAMAILIO = Path("etc/systemd/system/kamailio.service")
CONFIGURATION = Path("etc/linekeeper/linekeeper.toml")
CONSOLE_SETTINGS = Path("etc/linekeeper-console/console.env")
TARGET = "linekeeper.target"
CONSOLE = "linekeeper-console"
UNIT_KINDS = ("service", "socket", "path", "target")


class InstallError(ApplianceError):
    """The machine can't take the installation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to be done, and whether it is needed. `path` is relative to the root."""

    path: Path
    content: str
    mode: int = 0o644
    is_link: bool = False
    keep: bool = False  # leave an existing file alone, whatever is in it

    def is_done(self, root: Path) -> bool:
        there = root / self.path
        if self.is_link:
            return there.is_symlink() and there.readlink() == Path(self.content)
        if not there.is_file():
            return False
        return self.keep or there.read_text(encoding="utf-8") == self.content

    def carry_out(self, root: Path) -> None:
        """Raises InstallError where a folder or file of somebody else is in the way."""
        there = root / self.path
        there.parent.mkdir(parents=True, exist_ok=True)
        fresh = there.with_name(there.name + ".new")
        fresh.unlink(missing_ok=True)
        if self.is_link:
            if there.exists() and not there.is_symlink():
                raise InstallError(f"{there} is in the way; move it and run this again")
            fresh.symlink_to(self.content)
        else:
            fresh.touch(mode=self.mode)
            fresh.write_text(self.content, encoding="utf-8")
        fresh.replace(there)


def unit_sources() -> Path:
    """The folder of the unit files: of the checkout, or of the installed package's shared data."""
    checkout = Path(__file__).resolve().parents[2] / "systemd"
    shared = Path(sys.prefix) / "share" / "linekeeper" / "systemd"
    for folder in (checkout, shared):
        if (folder / TARGET).is_file():
            return folder
    raise InstallError(f"the unit files are neither in {checkout} nor in {shared}; install linekeeper again")


def steps(*, console: bool) -> Iterator[Step]:
    """Everything that `install` puts in place, in order."""
    yield Step(path=PROGRAM, content=sys.prefix, is_link=True)
    for unit in units(console=console):
        yield Step(path=UNITS / unit.name, content=_text(unit))
    name = CONSOLE if console else "linekeeper"
    yield Step(path=SYSUSERS / f"{name}.conf", content=_text(unit_sources() / f"{name}.sysusers.conf"))
    yield Step(path=TMPFILES / f"{name}.conf", content=_text(unit_sources() / f"{name}.tmpfiles.conf"))
    yield from _of_console() if console else _of_box()


def _of_box() -> Iterator[Step]:
    for rules in sorted(unit_sources().glob("*.rules")):
        yield Step(path=UDEV_RULES / rules.name, content=_text(rules))
    # Debian's package starts a Kamailio of its own on the box's port at every boot.
    yield Step(path=DEBIANS_KAMAILIO, content="/dev/null", is_link=True)
    yield Step(path=CONFIGURATION, content=_text(EXAMPLE_FILE), mode=0o640, keep=True)


def _of_console() -> Iterator[Step]:
    settings = _text(unit_sources() / f"{CONSOLE}.env")
    yield Step(path=CONSOLE_SETTINGS, content=settings, mode=0o640, keep=True)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def units(*, console: bool) -> list[Path]:
    """The unit files of a box, or of a console."""
    every = sorted(path for kind in UNIT_KINDS for path in unit_sources().glob(f"*.{kind}"))
    return [path for path in every if path.name.startswith(CONSOLE) is console]


def system_commands(*, start: bool, console: bool) -> Iterator[tuple[str, ...]]:
    """What makes the machine notice; only for the running system."""
    name = CONSOLE if console else "linekeeper"
    yield ("systemd-sysusers", f"{name}.conf")
    yield ("systemd-tmpfiles", "--create", f"{name}.conf")
    yield ("systemctl", "daemon-reload")
    if not console:
        yield ("udevadm", "control", "--reload")
        yield ("udevadm", "trigger", "--subsystem-match=hidraw", "--subsystem-match=tty", "--subsystem-match=gpio")
        yield ("systemctl", "stop", "kamailio.service")
    yield ("systemctl", "enable", *(("--now",) if start else ()), *_enabled(console=console))


def _enabled(*, console: bool) -> list[str]:
    """Those that say what they are started with, the target first; a template's instances are started by others."""
    names = [path.name for path in units(console=console) if "[Install]" in _text(path)]
    return sorted(names, key=lambda name: (name != TARGET, name))
