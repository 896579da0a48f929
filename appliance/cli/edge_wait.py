"""Waits until the edge answers SIP: `python -m appliance.cli.edge_wait --config FILE`, systemd's ExecStartPost.

Exit code 0 as soon as it serves, 1 when it doesn't within the time limit or its process (MAINPID) has ended.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from appliance.cli.edge_files import edge_serves
from appliance.config.lastgood import LastGood
from appliance.config.schema import Configuration
from appliance.errors import ConfigError

TIME_LIMIT_S = 30.0
_ASK_EVERY_S = 0.1


def wait(
    configuration: Configuration, time_limit_s: float = TIME_LIMIT_S, lives: Callable[[], bool] = lambda: True
) -> bool:
    """Whether the edge served within `time_limit_s`; `lives` says whether waiting still makes sense."""
    deadline = time.monotonic() + time_limit_s
    while time.monotonic() < deadline and lives():
        if edge_serves(configuration):
            return True
        time.sleep(_ASK_EVERY_S)
    return False


def main_process_lives() -> bool:
    """Whether the unit's main process is there (systemd.exec(5), MAINPID); True where we aren't told which it is."""
    try:
        os.kill(int(os.environ["MAINPID"]), 0)
    except (KeyError, ValueError, PermissionError):
        return True
    except ProcessLookupError:
        return False
    return True


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] != "--config":
        print("usage: python -m appliance.cli.edge_wait --config FILE", file=sys.stderr)
        return 2
    try:
        configuration = LastGood(Path(arguments[1])).load().configuration
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    if wait(configuration, lives=main_process_lives):
        return 0
    print("the edge does not answer SIP; see its lines above", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
