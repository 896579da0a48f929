"""`linekeeper factory-reset`: the box as it was when it came, for a box that goes to somebody else.

Whatever the box knows goes: records, recordings, people, its identity, its configuration. The program stays. Run by
hand, or by linekeeper-factory-reset.service when the panel's button asked for it.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click

from appliance.cli.options import config_option, json_option
from appliance.cli.output import show_done
from appliance.config.contact_settings import box_paths
from appliance.config.lastgood import LastGood
from appliance.config.load import EXAMPLE_FILE
from appliance.devices.panel.wishes import RESET_REQUEST
from appliance.errors import RequestError

TARGET = "linekeeper.target"


@click.command("factory-reset")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--no-systemd", is_flag=True, help="Stop and start no services: they don't run.")
@config_option
@json_option
def command(yes: bool, no_systemd: bool, config_file: Path, as_json: bool) -> None:
    """Forget everything: records, recordings, agents, phones, menus, the console's certificate, the configuration.

    What has not reached the console is lost. The services are stopped first and started again afterwards.

    Example: sudo linekeeper factory-reset
    """
    paths = box_paths(LastGood(config_file, keep=False).load().configuration)
    if not yes:
        click.confirm(f"erase all of {paths.data} and {config_file}, for good?", abort=True)
    _service("stop", no_systemd)
    erased = sum(_erase(one) for one in _everything(paths.data))
    config_file.write_text(EXAMPLE_FILE.read_text(encoding="utf-8"), encoding="utf-8")
    for password in config_file.parent.glob("*.password"):
        password.unlink()
    (paths.run / RESET_REQUEST).unlink(missing_ok=True)
    _service("start", no_systemd)
    show_done({"erased": erased}, f"{erased} files and folders are gone; {config_file} is the example", as_json=as_json)


def _everything(data: Path) -> Iterator[Path]:
    """What lies in the data folder; the folder itself is the system's."""
    yield from sorted(data.iterdir()) if data.is_dir() else ()


def _erase(path: Path) -> int:
    """Raises RequestError where it may not."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError as error:
        raise RequestError(f"{error.filename} can't be erased ({error.strerror}); use sudo", kind="io") from error
    return 1


def _service(verb: str, left_out: bool) -> None:
    if left_out:
        return
    words = ("systemctl", verb, TARGET)
    try:
        subprocess.run(words, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=120)
    except (OSError, subprocess.SubprocessError) as error:
        raise RequestError(f"'{' '.join(words)}' failed ({error}); use sudo, or --no-systemd", kind="io") from error
