"""The command line's way to the switchboard: its Unix socket, or in-process while the box is not running.

One JSON line asks, one JSON line answers. Must not know what an operation does.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from appliance.config.contact_settings import box_paths
from appliance.config.lastgood import LastGood
from appliance.config.schema import Configuration
from appliance.errors import ApplianceError, RequestError
from appliance.switchboard.wire import Answer, Request, encode

ANSWER_TIMEOUT_S = 30.0
LIVE_OPERATIONS = frozenset(  # need a running box
    {
        "status",
        "agent.status",
        "agent.login",
        "agent.logout",
        "agent.extend",
        "agent.pin",
        "agent.clear",
        "contact.disposition",
        "contact.note",
        "contact.command",
        "contact.park",
        "contact.dial",
        "contact.monitor",
        "contact.mode",
        "contact.take_over",
        "callback.add",
        "callback.cancel",
        "campaign.answer",
        "config.reload",
        "live.look",
        "live.measure",
        "metrics.now",
        "wallboard",
    }
)
_CHUNK = 65536


class NotRunningError(ApplianceError):
    """The operation needs a running box and none answers."""


class RefusedError(RequestError):
    """The running switchboard said no; `problems` are the single faults of a document that it refused."""

    def __init__(self, message: str, *, kind: str = "invalid", problems: Sequence[str] = ()) -> None:
        super().__init__(message, kind=kind)
        self.problems = tuple(problems)


class Switchboard:
    """The switchboard of the box that a configuration file describes."""

    def __init__(self, config_file: Path) -> None:
        """Raises ConfigError."""
        self._configuration: Configuration = LastGood(config_file, keep=False).load().configuration
        self.paths = box_paths(self._configuration)
        self._socket = self.paths.api_socket

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
            connection.sendall(encode(Request(op=op, args=dict(args))))
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
    from appliance.switchboard.api import offline

    become_owner(configuration.box.data_dir)
    return offline.call(configuration, op, dict(args))


def become_owner(data_dir: Path) -> None:
    """As root, act as the account that owns `data_dir`: a file of root's there would lock the services out."""
    if os.geteuid() != 0 or not data_dir.is_dir():
        return
    owner = data_dir.stat()
    if owner.st_uid != 0:
        os.setgroups([owner.st_gid])
        os.setegid(owner.st_gid)
        os.seteuid(owner.st_uid)
        os.umask(0o007)


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
        answer = msgspec.json.decode(line, type=Answer)
    except msgspec.DecodeError as error:
        raise NotRunningError(f"the answer to {op} is none of ours ({error}); who else uses the socket?") from error
    if answer.ok:
        return answer.result
    if answer.error is None:
        raise RefusedError(f"{op} was refused without a reason; see the switchboard's journal")
    raise RefusedError(answer.error.message, kind=answer.error.kind, problems=answer.error.problems)
