"""A switchboard's socket that keeps what it was asked and answers what the test says."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.cli.main import main


class FakeSwitchboard:
    """Serves one request a connection on `path`; `answers` by operation, anything else is refused."""

    def __init__(self, path: Path) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answers: dict[str, Any] = {}
        self.fault: dict[str, Any] = {
            "kind": "not_found",
            "message": "there is no such thing; look again",
            "problems": ["first", "second"],
        }
        self.raw: bytes | None = None  # sent instead of an answer
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(path))
        self._server.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def asked(self) -> tuple[str, dict[str, Any]]:
        """Operation and arguments of the only request."""
        (request,) = self.requests
        return request["op"], request["args"]

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                line = stream.readline()
                stream.write(self._answer(json.loads(line)) if self.raw is None else self.raw)
                stream.flush()

    def _answer(self, request: dict[str, Any]) -> bytes:
        self.requests.append(request)
        if request["op"] in self.answers:
            return json.dumps({"ok": True, "id": 0, "result": self.answers[request["op"]]}).encode() + b"\n"
        return json.dumps({"ok": False, "id": 0, "error": self.fault}).encode() + b"\n"


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    """A configuration whose folders lie beside it."""
    (tmp_path / "run").mkdir()
    file = tmp_path / "box.toml"
    file.write_text('[box]\ndata_dir = "data"\nrun_dir = "run"\n[edge]\naddress = "127.0.0.1"\n')
    return file


@pytest.fixture
def box(config_file: Path) -> Iterator[FakeSwitchboard]:
    """The running switchboard of `config_file`."""
    fake = FakeSwitchboard(config_file.parent / "run" / "api.sock")
    yield fake
    fake.close()


@pytest.fixture
def run(config_file: Path) -> Callable[..., int]:
    """`run("queue", "list")`: the exit code of a command that is told `config_file`."""
    return lambda *words: main([*words, "--config", str(config_file)])
