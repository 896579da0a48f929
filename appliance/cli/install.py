"""`linekeeper install`: puts units, account, folders and an example configuration on a Debian machine.

Safe to run again: a file that is already right is left alone, an existing configuration always is. Must not start
anything unless asked to.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from appliance.cli.installation import CONSOLE, TARGET, InstallError, Step, steps, system_commands
from appliance.cli.options import json_option
from appliance.cli.output import show_json

_HIDDEN_BY_SANDBOX = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")


@click.command("install")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path("/"),
    show_default=True,
    help="Install into this folder (an image under construction) and tell no running system.",
)
@click.option("--console", is_flag=True, help="The console's service instead of a box's.")
@click.option("--now", "start", is_flag=True, help="Start the box (or console) as well.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@json_option
def command(root: Path, console: bool, start: bool, dry_run: bool, as_json: bool) -> None:
    """Put units, account, folders and an example configuration on this machine.

    What is already right is left alone; an existing /etc/linekeeper/linekeeper.toml always is (of a console:
    /etc/linekeeper-console/console.env). The services run this very checkout or environment, through the link
    /opt/linekeeper.

    Example: sudo .venv/bin/linekeeper install --now
    """
    live = root.resolve() == Path("/")
    if live:
        _require_live(dry_run)
    report = [_step_line(step, root, dry_run) for step in steps(console=console)]
    if live:
        report += [_command_line(words, dry_run) for words in system_commands(start=start, console=console)]
    if as_json:
        show_json({"root": str(root), "dry_run": dry_run, "steps": report})
        return
    for done in report:
        click.echo(f"{done['action']:<9} {done['what']}")
    if live and not start and not dry_run:
        click.echo(f"start it with 'systemctl start {CONSOLE if console else TARGET}'")


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
