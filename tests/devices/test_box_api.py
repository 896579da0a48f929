"""A device's requests to the switchboard: in order, repeated while none answers, dropped when refused."""

from __future__ import annotations

import json
import queue
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.devices import box_api
from appliance.devices.box_api import Asked, BoxApi


class Switchboard:
    """Answers each line by `answers[op]`."""

    def __init__(self, path: Path, answers: dict[str, Any]) -> None:
        self.asked: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._answers = answers
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as lines:
                request = json.loads(lines.readline())
                self.asked.put(request["op"])
                lines.write(json.dumps({"id": 0} | self._answers[request["op"]]).encode() + b"\n")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(box_api, "RETRY_S", 0.05)
    return tmp_path / "api.sock"


@pytest.fixture
def api(place: Path) -> Iterator[BoxApi]:
    made = BoxApi(place)
    yield made
    made.close()


def test_request_when_no_switchboard_answers_then_it_is_asked_again(place: Path, api: BoxApi) -> None:
    results: queue.SimpleQueue[Any] = queue.SimpleQueue()
    api.ask(Asked(op="agent.login", args={"agent": "ann"}))
    api.ask(Asked(op="agent.list", then=results.put))
    answers = {"agent.login": {"ok": True}, "agent.list": {"ok": True, "result": [{"agent": "ann"}]}}
    switchboard = Switchboard(place, answers)
    assert results.get(timeout=10) == [{"agent": "ann"}]
    assert [switchboard.asked.get_nowait(), switchboard.asked.get_nowait()] == ["agent.login", "agent.list"]
    switchboard.close()


def test_request_when_refused_then_it_is_dropped(place: Path, api: BoxApi) -> None:
    refusal = {"ok": False, "error": {"kind": "not_found", "message": "no agent ann"}}
    switchboard = Switchboard(place, {"agent.login": refusal})
    results: queue.SimpleQueue[Any] = queue.SimpleQueue()
    api.ask(Asked(op="agent.login", then=results.put))
    assert results.get(timeout=10) is None
    assert switchboard.asked.get_nowait() == "agent.login"
    assert switchboard.asked.empty()
    switchboard.close()


def test_close_when_nobody_answers_then_it_does_not_wait_for_ever(place: Path) -> None:
    api = BoxApi(place)
    api.ask(Asked(op="agent.logout"))
    api.close(5)
    assert not any(thread.name == "box api" for thread in threading.enumerate())
