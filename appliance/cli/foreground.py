"""The lasting part of `linekeeper up`: keeps the processes of a prepared box, in 12 MB instead of 26.

`become` replaces the running program, whose configuration, edge and command line are needed no more; what is left
learns from a file what to run. Must not import any of that.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

from appliance import logs
from appliance.cli.child import BoxError
from appliance.cli.restarting.desk import RestartDesk
from appliance.cli.service import Service
from appliance.cli.supervisor import Supervisor

ORDERS = "up.json"
_STOPPING = frozenset({signal.SIGINT, signal.SIGTERM})
_FAILURE = 1  # exit_codes.ExitCode.FAILURE


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """`services` in the order of their start; `restart_socket`: as in `BoxPaths`; `ready`: said when all of them
    serve; `as_json`: how lines are said."""

    services: tuple[Service, ...]
    restart_socket: str
    ready: str
    as_json: bool = False


def become(orders: Orders, run: Path) -> NoReturn:
    """Go on as the keeper of these services; never returns. The orders are left in `run`. Raises OSError."""
    file = run / ORDERS
    file.write_bytes(msgspec.json.encode(orders))
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)  # until somebody listens
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, (sys.executable, "-m", "appliance.cli.foreground", str(file)))


def say(line: str, *, as_json: bool) -> None:
    """One line on standard output: as it is, or as `{"event": line}`."""
    print(json.dumps({"event": line}) if as_json else line, flush=True)


def keep(orders: Orders) -> None:
    """Until SIGINT or SIGTERM. Raises BoxError, with nothing left running."""
    supervisor = Supervisor(
        [service.plan() for service in orders.services], tell=lambda line: say(line, as_json=orders.as_json)
    )
    for number in _STOPPING:
        signal.signal(number, lambda *_: supervisor.request_stop())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
    desk = RestartDesk(Path(orders.restart_socket), supervisor)
    with supervisor:
        try:
            desk.open()
            if supervisor.serving:
                say(orders.ready, as_json=orders.as_json)
            supervisor.wait()
        finally:
            supervisor.request_stop()
            desk.close()


def main(file: Path) -> int:
    """The exit code of `linekeeper up`."""
    logs.set_up("linekeeper-up", level="warning")
    orders = msgspec.json.decode(file.read_bytes(), type=Orders)
    try:
        keep(orders)
    except BoxError as error:
        from appliance.cli.output import show_error

        show_error(error, as_json=orders.as_json)
        return _FAILURE
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
