"""The contact process's end: answers, limits, and a service that is absent, dies or talks nonsense."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.contact.functions.client import ASYNCHRONOUS_S, RETRY_S, FunctionsClient
from appliance.contact.functions.messages import Answered, Invoke, decode_invoke, encode_line
from appliance.contact.timers import Timers
from appliance.flow.commands import InvokeFunction
from appliance.ids import ContactId

CONTACT = ContactId("c-1")


class Process:
    """A contact process's loop: time stands still until the test lets it pass."""

    def __init__(self, path: Path) -> None:
        self.now_s = 100.0
        self.timers = Timers(lambda: self.now_s)
        self.client = FunctionsClient(str(path), 5555, self.timers, lambda: self.now_s)
        self.heard: list[Answered] = []

    def ask(self, limit_s: float = 3.0, **more: Any) -> Any:
        command = InvokeFunction(function="f", time_limit_s=limit_s, event={"Name": "x"}, **more)
        return self.client.invoke(command, CONTACT, self.heard.append)

    def turn(self, seconds: float = 0.0) -> None:
        self.now_s += seconds
        self.timers.run_due()
        self.client.poll()


class FakeService:
    """The other end, by hand."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen(1)
        self._listening.settimeout(5)
        self._connections: list[socket.socket] = []

    def accept(self) -> Callable[[], Invoke]:
        connection, _ = self._listening.accept()
        connection.settimeout(5)
        self._connections.append(connection)
        lines = connection.makefile("rb", buffering=0)
        return lambda: decode_invoke(lines.readline())

    def say(self, data: bytes) -> None:
        self._connections[-1].sendall(data)

    def answer(self, number: int, **more: Any) -> None:
        self.say(encode_line(Answered(id=number, **more)))

    def hang_up(self) -> None:
        self._connections[-1].shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for connection in self._connections:
            connection.close()
        self._listening.close()
        self._path.unlink()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "f.sock"


@pytest.fixture
def service(path: Path) -> Iterator[FakeService]:
    service = FakeService(path)
    yield service
    service.close()


@pytest.fixture
def process(path: Path) -> Iterator[Process]:
    process = Process(path)
    yield process
    process.client.close()


def test_question_when_answered_then_the_flow_hears_it_once(service: FakeService, process: Process) -> None:
    process.ask(3.0, response_type="JSON")
    asked = service.accept()()
    assert (asked.function, asked.contact, asked.wake) == ("f", "c-1", 5555)
    assert (asked.deadline_s, asked.event, asked.response_type) == (103.0, {"Name": "x"}, "JSON")
    service.answer(asked.id, result={"a": "1"})
    process.turn()
    process.turn(10.0)
    assert [answered.result for answered in process.heard] == [{"a": "1"}]


def test_questions_when_answered_out_of_order_then_each_hears_its_own(service: FakeService, process: Process) -> None:
    process.ask()
    process.ask()
    read = service.accept()
    first, second = read(), read()
    service.answer(second.id, reason="2")
    service.answer(first.id, reason="1")
    process.turn()
    assert [(answered.id, answered.reason) for answered in process.heard] == [(second.id, "2"), (first.id, "1")]


def test_question_when_nobody_serves_then_failure_at_the_limit(process: Process) -> None:
    process.ask(3.0)
    process.turn(2.9)
    assert process.heard == []
    process.turn(0.2)
    assert [(one.result, one.reason) for one in process.heard] == [(None, "no answer within the flow's time limit")]


def test_question_when_the_service_is_silent_then_failure_at_the_limit(service: FakeService, process: Process) -> None:
    process.ask(1.0)
    asked = service.accept()()
    process.turn(1.0)
    service.answer(asked.id, result={"late": "1"})
    process.turn()
    assert [answered.result for answered in process.heard] == [None]


def test_question_when_the_service_comes_later_then_it_is_asked_then(path: Path, process: Process) -> None:
    process.ask()
    service = FakeService(path)
    try:
        process.turn(RETRY_S)
        service.answer(service.accept()().id, result={})
        process.turn()
        assert [answered.result for answered in process.heard] == [{}]
    finally:
        service.close()


def test_question_when_the_service_dies_then_the_next_one_is_asked_but_no_third(
    service: FakeService, process: Process
) -> None:
    process.ask(8.0)
    for _ in range(2):
        service.accept()()
        service.hang_up()
        process.turn()
        assert process.heard == []
        process.turn(RETRY_S)
    process.turn()
    assert [answered.reason for answered in process.heard] == ["the functions service ended while it was asked"]


def test_question_when_cancelled_then_nothing_is_heard(service: FakeService, process: Process) -> None:
    call = process.ask(1.0)
    asked = service.accept()()
    call.cancel()
    call.cancel()
    service.answer(asked.id, result={})
    process.turn()
    process.turn(5.0)
    assert process.heard == []


def test_asynchronous_when_asked_then_it_is_sent_and_nobody_waits(service: FakeService, process: Process) -> None:
    call = process.ask(asynchronous=True)
    assert service.accept()().asynchronous
    call.cancel()
    process.turn()
    service.hang_up()
    process.turn()
    process.turn(RETRY_S)
    process.ask()
    assert not service.accept()().asynchronous  # the first one is not asked again
    assert process.heard == []


def test_asynchronous_when_the_contact_ends_before_a_service_comes_then_it_is_still_asked(
    path: Path, process: Process
) -> None:
    process.ask(asynchronous=True).cancel()
    process.timers.clear()
    service = FakeService(path)
    try:
        process.turn(RETRY_S)
        assert service.accept()().asynchronous
    finally:
        service.close()


def test_asynchronous_when_no_service_comes_then_given_up(process: Process, path: Path) -> None:
    process.ask(asynchronous=True)
    process.turn(ASYNCHRONOUS_S + 1)
    service = FakeService(path)
    try:
        process.turn(RETRY_S)
        assert not process.client._link.connected  # nothing to ask
    finally:
        service.close()


def test_client_when_nothing_is_asked_then_it_does_not_connect(service: FakeService, process: Process) -> None:
    process.turn()
    service._listening.settimeout(0.01)
    with pytest.raises(TimeoutError):
        service.accept()


def test_questions_when_the_service_does_not_read_then_nothing_waits(service: FakeService, process: Process) -> None:
    for _ in range(40):
        command = InvokeFunction(function="f", time_limit_s=2.0, event={"a": "x" * 60_000})
        process.client.invoke(command, CONTACT, process.heard.append)
    process.turn()
    assert process.heard == []
    process.turn(2.0)
    assert len(process.heard) == 40


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.binary(max_size=40).filter(lambda data: b"\n" not in data), max_size=5))
def test_client_whatever_the_service_says_then_the_right_answer_is_still_heard(
    service: FakeService, process: Process, nonsense: list[bytes]
) -> None:
    process.client.close()
    process.heard.clear()
    process.now_s += RETRY_S
    process.ask()
    asked = service.accept()()
    service.say(b"".join(line + b"\n" for line in nonsense))
    service.answer(asked.id, result={"a": "1"})
    process.turn()
    assert [answered.result for answered in process.heard] == [{"a": "1"}]


def test_contact_process_when_it_has_the_client_then_nothing_of_the_service_is_in_its_memory() -> None:
    script = "import sys, appliance.contact.zygote; print(*sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(ran.stdout.split())
    assert "appliance.contact.functions.client" in loaded
    assert not loaded & {"aiohttp", "asyncio", "sqlite3", "ssl", "appliance.contact.functions.service"}
