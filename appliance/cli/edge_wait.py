"""Waits until the edge answers SIP: `python -m appliance.cli.edge_wait --config FILE`, systemd's ExecStartPost.

Exit code 0 as soon as it serves, 1 when it doesn't within the time limit.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from appliance.cli.edge_files import edge_serves
from appliance.config.lastgood import LastGood
from appliance.config.schema import Configuration
from appliance.errors import ConfigError

TIME_LIMIT_S = 30.0
_ASK_EVERY_S = 0.1


def wait(configuration: Configuration, time_limit_s: float = TIME_LIMIT_S) -> bool:
    """Whether the edge served within `time_limit_s`."""
    pause = threading.Event()
    deadline = time.monotonic() + time_limit_s
    while time.monotonic() < deadline:
        if edge_serves(configuration):
            return True
        pause.wait(_ASK_EVERY_S)
    return False


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] != "--config":
        print("usage: python -m appliance.cli.edge_wait --config FILE", file=sys.stderr)
        return 2
    try:
        configuration = LastGood(Path(arguments[1])).load().configuration
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    if wait(configuration):
        return 0
    print(f"the edge did not answer SIP within {TIME_LIMIT_S:g} s; see its lines above", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
