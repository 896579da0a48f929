"""An edge without SIP: answers JSON-RPC datagrams, counts nothing by itself, can be silent."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any


class FakeEdge:
    """Serves `path` from `open` to `close`. `run`: when it started; `counters`: what it has counted since."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run = "Sat Nov 22 09:30:00 2026"
        self.counters: dict[str, int] = {}
        self.silent = False
        self._socket: socket.socket | None = None

    def open(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(self.path))
        asyncio.get_running_loop().add_reader(self._socket, self._answer)

    def close(self) -> None:
        """As a process that ends. Safe to call twice."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None
            self.path.unlink()

    def restart(self, run: str) -> None:
        """Every counter begins at 0 again."""
        self.run, self.counters = run, {}

    def _answer(self) -> None:
        assert self._socket is not None
        data, sender = self._socket.recvfrom(65535)
        if self.silent:
            return
        question = json.loads(data)
        answers: dict[str, Any] = {
            "core.uptime": {"up_since": self.run, "uptime": 5},
            "cnt.grp_get_all": self.counters,
            "ul.dump": {"Domains": []},
        }
        answer = {"jsonrpc": "2.0", "id": question["id"]}
        if question["method"] in answers:
            answer["result"] = answers[question["method"]]
        else:
            answer["error"] = {"code": 500, "message": "a fake has no lamps"}
        self._socket.sendto(json.dumps(answer).encode(), sender)
