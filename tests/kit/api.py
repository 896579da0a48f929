"""The switchboard's local API, spoken the way any program may: one line of JSON there, one back, over a Unix socket."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any


class ApiError(Exception):
    """The switchboard refused; `kind` is its machine-readable reason."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class Api:
    """Each call has a connection of its own, so that a restarted switchboard is no matter."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def call(self, op: str, **args: Any) -> Any:
        """The result. Raises ApiError where it is refused, OSError where nobody listens."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(20)
            link.connect(str(self._path))
            link.sendall(json.dumps({"op": op, "args": args}).encode() + b"\n")
            with link.makefile("rb") as lines:
                line = lines.readline()
        if not line:
            raise ConnectionResetError(f"the switchboard closed {self._path} without an answer to {op}")
        answer = json.loads(line)
        if not answer["ok"]:
            raise ApiError(answer["error"]["kind"], answer["error"]["message"])
        return answer["result"]
