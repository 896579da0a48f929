"""One question to a running switchboard over its Unix socket: one JSON line asks, one JSON line answers (`wire`).

For programs that wait for the answer: commands, device services. Must not know what an operation does.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from appliance.errors import ApplianceError, RequestError
from appliance.switchboard.wire import Answer, Request, encode

ANSWER_TIMEOUT_S = 30.0
_CHUNK = 65536


class NotRunningError(ApplianceError):
    """The operation needs a running box and none answers."""


class RefusedError(RequestError):
    """The running switchboard said no; `problems` are the single faults of a document that it refused."""

    def __init__(self, message: str, *, kind: str = "invalid", problems: Sequence[str] = ()) -> None:
        super().__init__(message, kind=kind)
        self.problems = tuple(problems)


def call_socket(path: Path, op: str, args: Mapping[str, object], *, timeout_s: float = ANSWER_TIMEOUT_S) -> Any:
    """The result of operation `op`.

    Raises RefusedError, NotRunningError, and FileNotFoundError or ConnectionRefusedError where none is running.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        try:
            connection.connect(str(path))
            connection.sendall(encode(Request(op=op, args=dict(args))))
            line = _read_line(connection)
        except PermissionError as error:
            raise NotRunningError(f"{path} may not be used by you; use sudo, or join the group linekeeper") from error
        except TimeoutError as error:
            raise NotRunningError(
                f"the switchboard at {path} did not answer {op} in {timeout_s:g} s; see its journal"
            ) from error
    return result_of(line, op)


def _read_line(connection: socket.socket) -> bytes:
    line = bytearray()
    while not line.endswith(b"\n"):
        chunk = connection.recv(_CHUNK)
        if not chunk:
            raise NotRunningError("the switchboard closed the connection without an answer; see its journal")
        line += chunk
    return bytes(line)


def result_of(line: bytes, op: str) -> Any:
    """What the answer to `op` holds. Raises RefusedError; NotRunningError for what is no answer of a switchboard."""
    try:
        answer = msgspec.json.decode(line, type=Answer)
    except msgspec.DecodeError as error:
        raise NotRunningError(f"the answer to {op} is none of ours ({error}); who else uses the socket?") from error
    if answer.ok:
        return answer.result
    if answer.error is None:
        raise RefusedError(f"{op} was refused without a reason; see the switchboard's journal")
    raise RefusedError(answer.error.message, kind=answer.error.kind, problems=answer.error.problems)
