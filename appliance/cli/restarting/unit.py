"""`python -m appliance.cli.restarting.unit`: restarts one service by systemctl, for the socket on standard input.

Started by linekeeper-restart.socket, once a question, as root: so it knows fixed unit names only, and reads nothing
but the question. It answers when systemd says that the service serves again, not before.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence

from appliance import logs
from appliance.cli.restarting.answering import serve_one
from appliance.cloud.orders import BoxService
from appliance.errors import RequestError

SYSTEMCTL = "/usr/bin/systemctl"
RESTART_S = 120.0
LOOK_S = 10.0
UNITS: Mapping[BoxService, str] = {
    BoxService.SWITCHBOARD: "linekeeper-switchboard.service",
    BoxService.EDGE: "linekeeper-edge.service",
    BoxService.SYNC: "linekeeper-sync.service",
    BoxService.GATEWAY: "linekeeper-gateway.service",
    BoxService.PANEL: "linekeeper-panel.service",
    BoxService.CONTACT: "linekeeper-contact.service",
    BoxService.LINE: "linekeeper-line@*.service",
    BoxService.HEADSET: "linekeeper-headset@*.service",
}


def restart(service: BoxService) -> str:
    """Every unit of it. Raises RequestError where one of them doesn't serve afterwards, or there is none."""
    units = _units(UNITS[service])
    if not units:
        raise RequestError(f"no {service} is plugged into this box")
    done = _systemctl("restart", *units, time_limit_s=RESTART_S)
    states = _states(units)
    down = {unit: state for unit, state in states.items() if state != "active/running"}
    if done.returncode or down:
        told = ", ".join(f"{unit} is {state}" for unit, state in (down or states).items())
        raise RequestError(f"{service} does not serve after its restart: {told}; {done.stderr.strip()[-300:]}")
    return f"{service} serves again ({', '.join(units)})"


def _units(pattern: str) -> list[str]:
    """Of a template those whose device is there: the others are known to systemd, too, and would be waited for."""
    if "*" not in pattern:
        return [pattern]
    words = ("--plain", "--no-legend", "--full", "--state=active,activating", pattern)
    said = _systemctl("list-units", *words, time_limit_s=LOOK_S).stdout
    return [line.split()[0] for line in said.splitlines() if line.strip()]


def _states(units: Sequence[str]) -> dict[str, str]:
    """Unit → ActiveState/SubState."""
    said = _systemctl("show", "--property=Id,ActiveState,SubState", *units, time_limit_s=LOOK_S).stdout
    blocks = (dict(line.split("=", 1) for line in block.splitlines()) for block in said.split("\n\n") if block.strip())
    return {block["Id"]: f"{block['ActiveState']}/{block['SubState']}" for block in blocks}


def _systemctl(verb: str, *words: str, time_limit_s: float) -> subprocess.CompletedProcess[str]:
    """Raises RequestError where systemd can't be asked."""
    command = (SYSTEMCTL, "--no-ask-password", "--no-pager", verb, *words)
    try:
        return subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=time_limit_s
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RequestError(f"systemd does not answer 'systemctl {verb}': {error}") from error


def main() -> int:
    """0 when an answer was given, whichever."""
    logs.set_up("linekeeper-restart", level="info")
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as connection:
        try:
            serve_one(connection, restart)
        except OSError as error:
            print(f"nobody waits for the answer: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
