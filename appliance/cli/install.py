"""`linekeeper install`: puts units, account, folders and an example configuration on a Debian machine.

Safe to run again: a file that is already right is left alone, an existing configuration always is. Must not start
anything unless asked to.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from appliance.cli.options import json_option
from appliance.cli.output import show_json
from appliance.config.load import EXAMPLE_FILE
from appliance.errors import ApplianceError

PROGRAM = Path("opt/linekeeper")  # a link to the virtual environment: what the units start
UNITS = Path("usr/local/lib/systemd/system")  # /etc/systemd/system stays the administrator's, for drop-ins
UDEV_RULES = Path("usr/local/lib/udev/rules.d")
SYSUSERS = Path("usr/local/lib/sysusers.d/linekeeper.conf")
TMPFILES = Path("usr/local/lib/tmpfiles.d/linekeeper.conf")
DEBIANS_KAMAILIO = Path("etc/systemd/system/kamailio.service")
CONFIGURATION = Path("etc/linekeeper/linekeeper.toml")
TARGET = "linekeeper.target"
UNIT_KINDS = ("service", "socket", "path", "target")
_HIDDEN_BY_SANDBOX = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")


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


def steps() -> Iterator[Step]:
    """Everything that `install` puts in place, in order."""
    sources = unit_sources()
    yield Step(path=PROGRAM, content=sys.prefix, is_link=True)
    for unit in sorted(path for kind in UNIT_KINDS for path in sources.glob(f"*.{kind}")):
        yield Step(path=UNITS / unit.name, content=unit.read_text(encoding="utf-8"))
    for rules in sorted(sources.glob("*.rules")):
        yield Step(path=UDEV_RULES / rules.name, content=rules.read_text(encoding="utf-8"))
    yield Step(path=SYSUSERS, content=(sources / "linekeeper.sysusers.conf").read_text(encoding="utf-8"))
    yield Step(path=TMPFILES, content=(sources / "linekeeper.tmpfiles.conf").read_text(encoding="utf-8"))
    # Debian's package starts a Kamailio of its own on the box's port at every boot.
    yield Step(path=DEBIANS_KAMAILIO, content="/dev/null", is_link=True)
    example = EXAMPLE_FILE.read_text(encoding="utf-8")
    yield Step(path=CONFIGURATION, content=example, mode=0o640, keep=True)


def system_commands(*, start: bool) -> Iterator[tuple[str, ...]]:
    """What makes the machine notice; only for the running system."""
    yield ("systemd-sysusers", "linekeeper.conf")
    yield ("systemd-tmpfiles", "--create", "linekeeper.conf")
    yield ("systemctl", "daemon-reload")
    yield ("udevadm", "control", "--reload")
    yield ("udevadm", "trigger", "--subsystem-match=hidraw", "--subsystem-match=tty", "--subsystem-match=gpio")
    yield ("systemctl", "stop", "kamailio.service")
    yield ("systemctl", "enable", *(("--now",) if start else ()), TARGET, *_units())


def _units() -> tuple[str, ...]:
    """Those that say what they are started with; a template's instances are started by udev."""
    sources = (path for kind in ("service", "socket", "path") for path in unit_sources().glob(f"*.{kind}"))
    return tuple(sorted(path.name for path in sources if "[Install]" in path.read_text(encoding="utf-8")))


@click.command("install")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path("/"),
    show_default=True,
    help="Install into this folder (an image under construction) and tell no running system.",
)
@click.option("--now", "start", is_flag=True, help="Start the box as well.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@json_option
def command(root: Path, start: bool, dry_run: bool, as_json: bool) -> None:
    """Put units, account, folders and an example configuration on this machine.

    What is already right is left alone; an existing /etc/linekeeper/linekeeper.toml always is. The services run
    this very checkout or environment, through the link /opt/linekeeper.

    Example: sudo .venv/bin/linekeeper install --now
    """
    live = root.resolve() == Path("/")
    if live:
        _require_live(dry_run)
    report = [_step_line(step, root, dry_run) for step in steps()]
    if live:
        report += [_command_line(words, dry_run) for words in system_commands(start=start)]
    if as_json:
        show_json({"root": str(root), "dry_run": dry_run, "steps": report})
        return
    for done in report:
        click.echo(f"{done['action']:<9} {done['what']}")
    if live and not start and not dry_run:
        click.echo(f"start the box with 'systemctl start {TARGET}'")


def _require_live(dry_run: bool) -> None:
    if any(Path(place) in Path(sys.prefix).parents for place in _HIDDEN_BY_SANDBOX):
        raise InstallError(
            f"services can't see {sys.prefix}; move the checkout to /opt or /srv, and bootstrap it there"
        )
    if dry_run:
        return
    if os.geteuid() != 0:
        raise InstallError("installing needs root; use sudo, or --root with a folder of your own")
    if not Path("/run/systemd/system").is_dir():
        raise InstallError("this system doesn't run systemd; use 'linekeeper up', or --root for an image")


def _step_line(step: Step, root: Path, dry_run: bool) -> dict[str, str]:
    what = f"{root / step.path}" + (f" -> {step.content}" if step.is_link else "")
    if step.is_done(root):
        return {"action": "kept", "what": what}
    if dry_run:
        return {"action": "would put", "what": what}
    try:
        step.carry_out(root)
    except OSError as error:
        raise InstallError(
            f"{error.filename} can't be written: {error.strerror}; use sudo or another --root"
        ) from error
    return {"action": "put", "what": what}


def _command_line(words: tuple[str, ...], dry_run: bool) -> dict[str, str]:
    what = " ".join(words)
    if dry_run:
        return {"action": "would run", "what": what}
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words_of_it = [line for line in done.stderr.splitlines() if not line.startswith("Created symlink")]
        raise InstallError(f"'{what}' failed: {' '.join(words_of_it)}; mend it and run this again")
    return {"action": "ran", "what": what}
