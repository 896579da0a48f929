"""Before a box belongs to a console: wait for that in little memory, without any of what talks to one.

Reads nothing of the configuration but where the box's data lies. Must not import anything large.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import tomllib
from pathlib import Path

from systemd.daemon import notify

from appliance.config.paths import BoxPaths

DEFAULT_DATA = "/var/lib/linekeeper"  # as the schema has it
LOOK_S = 1.0


def wait_for_identity(config_file: Path) -> None:
    """Returns at once for a box that belongs to a console, or whose file can't be read (others say what is wrong).

    Says READY and WATCHDOG meanwhile (sd_notify(3)); SIGTERM ends the process with status 0.
    """
    data = data_folder(config_file)
    if data is None or _is_enrolled(data):
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    notify("READY=1\nSTATUS=belongs to no console")
    look = threading.Event()
    while not _is_enrolled(data):
        if "WATCHDOG_USEC" in os.environ:
            notify("WATCHDOG=1")
        look.wait(LOOK_S)


def data_folder(config_file: Path) -> Path | None:
    try:
        box = tomllib.loads(config_file.read_text(encoding="utf-8")).get("box", {})
        return config_file.absolute().parent / str(box.get("data_dir", DEFAULT_DATA))
    except (OSError, ValueError, AttributeError):
        return None


def _is_enrolled(data: Path) -> bool:
    return BoxPaths(data=data, run=data).enrolled.exists()
