"""The command line's way to the switchboard: its Unix socket, or in-process while the box is not running.

One JSON line asks, one JSON line answers. Must not know what an operation does.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from appliance.config.contact_settings import box_paths
from appliance.config.lastgood import LastGood
from appliance.config.schema import Configuration
from appliance.errors import ApplianceError, RequestError

ANSWER_TIMEOUT_S = 30.0
LIVE_OPERATIONS = frozenset({"status", "agent.status", "contact.command", "config.reload"})  # need a running box
_CHUNK = 65536


class NotRunningError(ApplianceError):
    """The operation needs a running box and none answers."""


class Switchboard:
    """The switchboard of the box that a configuration file describes."""

    def __init__(self, config_file: Path) -> None:
        """Raises ConfigError."""
        self._configuration: Configuration = LastGood(config_file).load().configuration
        self._socket = box_paths(self._configuration).api_socket

    def call(self, op: str, **args: object) -> Any:
        """The result of operation `op`; arguments that are None are left out.

        Raises RequestError (refused, with the switchboard's kind) or NotRunningError.
        """
        given = {name: value for name, value in args.items() if value is not None}
        try:
            return call_socket(self._socket, op, given)
        except (FileNotFoundError, ConnectionRefusedError):
            pass
        if op in LIVE_OPERATIONS:
            raise NotRunningError(
                f"no box answers at {self._socket}; "
                "start it with 'systemctl start linekeeper.target' or 'linekeeper up'"
            )
        return call_offline(self._configuration, op, given)


def call_socket(path: Path, op: str, args: Mapping[str, object]) -> Any:
    """Ask the running switchboard. Raises FileNotFoundError or ConnectionRefusedError where none is running."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_TIMEOUT_S)
        try:
            connection.connect(str(path))
            connection.sendall(json.dumps({"op": op, "args": args}).encode() + b"\n")
            line = _read_line(connection)
        except PermissionError as error:
            raise NotRunningError(f"{path} may not be used by you; use sudo, or join the group linekeeper") from error
        except TimeoutError as error:
            raise NotRunningError(
                f"the switchboard at {path} did not answer {op} in {ANSWER_TIMEOUT_S:g} s; see its journal"
            ) from error
    return _result(line, op)


def call_offline(configuration: Configuration, op: str, args: Mapping[str, object]) -> Any:
    """Do what the switchboard would do, on its store, in this process."""
    from appliance.switchboard import offline

    result = offline.call(configuration, op, dict(args))
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def _read_line(connection: socket.socket) -> bytes:
    line = bytearray()
    while not line.endswith(b"\n"):
        chunk = connection.recv(_CHUNK)
        if not chunk:
            raise NotRunningError("the switchboard closed the connection without an answer; see its journal")
        line += chunk
    return bytes(line)


def _result(line: bytes, op: str) -> Any:
    try:
        answer = json.loads(line)
    except ValueError as error:
        raise NotRunningError(f"the answer to {op} is no JSON; is another program using the socket?") from error
    if answer.get("ok"):
        return answer.get("result")
    fault = answer.get("error", {})
    raise RequestError(fault.get("message", f"{op} was refused"), kind=fault.get("kind", "invalid"))
