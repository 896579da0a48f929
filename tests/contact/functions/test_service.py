"""The real service, as a process, with real functions of each kind; the clients are real too."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from contact.functions.endpoint import Endpoint, hold, json_answer, serving
from kit import proc
from kit.processes import Program, wait_until

from appliance import clock
from appliance.contact.functions.client import FunctionsClient
from appliance.contact.functions.definitions import (
    AnyFunction,
    CommandFunction,
    HttpFunction,
    TableFunction,
    encode_definitions,
)
from appliance.contact.functions.messages import Answered
from appliance.contact.protocol import WAKE
from appliance.contact.timers import Timers
from appliance.flow.commands import InvokeFunction
from appliance.ids import ContactId

SERVE = """
import msgspec, pathlib, sys
from appliance import logs
from appliance.contact.functions.service import serve
from appliance.contact.settings import ContactSettings
logs.set_up("test")
serve(msgspec.json.decode(sys.argv[1].encode(), type=ContactSettings))
"""
PIN = "PIN-4711"


class Box:
    """A functions service in a process of its own, and contact processes' ends of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = {
            **{"capacity": 1, "sip_port": 1, "rtp_port": 1, "recycle_after": 1, "edge_port": 1},
            **{"recording_reserve_bytes": 0, "functions": str(folder / "functions.json")},
            **{"functions_socket": str(folder / "f.sock"), "functions_cache": str(folder / "functions.db")},
            **dict.fromkeys(
                [
                    "media_address",
                    "domain",
                    "region",
                    "language",
                    "spool",
                    "prompts",
                    "dial_plan",
                    "flows",
                    "link_socket",
                ],
                "",
            ),
        }
        self.program: Program | None = None

    def publish(self, *functions: AnyFunction) -> None:
        (self.folder / "new").write_bytes(encode_definitions(functions))
        (self.folder / "new").replace(self.folder / "functions.json")

    def start(self) -> Program:
        argv = [sys.executable, "-W", "error", "-X", "dev", "-c", SERVE, json.dumps(self.settings)]
        self.program = Program(argv, log=self.folder / "log")
        wait_until((self.folder / "f.sock").exists, timeout_s=20, what="the service listens")
        return self.program

    def stop(self) -> None:
        if self.program is not None:
            self.program.stop()

    def log(self) -> str:
        return (self.folder / "log").read_text()


class Asker:
    """A contact process as far as functions are concerned."""

    def __init__(self, box: Box) -> None:
        self.port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port.bind(("127.0.0.1", 0))
        self.port.setblocking(False)
        self.timers = Timers(clock.monotonic_s)
        socket_path = str(box.settings["functions_socket"])
        self.client = FunctionsClient(socket_path, self.port.getsockname()[1], self.timers, clock.monotonic_s)
        self.heard: list[Answered] = []

    def ask(self, function: str, limit_s: float = 8.0, **more: Any) -> None:
        event = {"Name": "ContactFlowEvent", "Details": {"ContactData": {}, "Parameters": {"id": "7", "pin": PIN}}}
        command = InvokeFunction(function=function, time_limit_s=limit_s, event=event, **more)
        self.client.invoke(command, ContactId("c-1"), self.heard.append)

    def turn(self) -> bool:
        self.timers.run_due()
        self.client.poll()
        return bool(self.heard)

    def answer(self) -> Answered:
        wait_until(self.turn, timeout_s=20, what="an answer")
        return self.heard.pop(0)

    def close(self) -> None:
        self.client.close()
        self.port.close()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path)
    yield box
    box.stop()
    assert "Traceback" not in box.log()
    assert PIN not in box.log()


@pytest.fixture
def asker(box: Box) -> Iterator[Asker]:
    with contextlib.closing(Asker(box)) as asker:
        yield asker


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving(json_answer({"from": "http"})) as endpoint:
        yield endpoint


def command(script: str, name: str = "c", **more: Any) -> CommandFunction:
    return CommandFunction(name=name, argv=("/bin/sh", "-c", script), **more)


def test_service_when_asked_of_each_kind_then_each_answers(box: Box, asker: Asker, endpoint: Endpoint) -> None:
    (box.folder / "t.csv").write_text("id,from\n7,table\n")
    table = TableFunction(name="t", file=str(box.folder / "t.csv"), column="id", parameter="id", columns=("from",))
    box.publish(HttpFunction(name="h", url=endpoint.url()), command("""echo '{"from": "command"}'"""), table)
    box.start()
    found = {}
    for name in ("h", "c", "t"):
        asker.ask(name)
        found[name] = asker.answer().result
    assert found == {"h": {"from": "http"}, "c": {"from": "command"}, "t": {"from": "table"}}
    assert endpoint.requests[0].event["Details"]["Parameters"] == {"id": "7", "pin": PIN}


def test_service_when_it_has_answered_then_the_contact_process_is_woken(box: Box, asker: Asker) -> None:
    box.publish(command("echo '{}'"))
    box.start()
    asker.ask("c")
    asker.answer()
    asker.port.settimeout(5)
    assert asker.port.recv(64) == WAKE


def test_service_when_one_function_hangs_then_others_are_answered(box: Box, asker: Asker, endpoint: Endpoint) -> None:
    with serving(hold) as holding:
        box.publish(HttpFunction(name="slow", url=holding.url()), HttpFunction(name="h", url=endpoint.url()))
        box.start()
        for _ in range(50):
            asker.ask("slow", limit_s=60.0)
        with contextlib.closing(Asker(box)) as other:
            for _ in range(50):
                other.ask("h")
                assert other.answer().result == {"from": "http"}
        asker.turn()
        assert asker.heard == []


def test_service_when_killed_then_the_question_is_asked_of_the_next_one(box: Box, asker: Asker, tmp_path: Path) -> None:
    script = (
        f"""echo $$ >> {tmp_path}/pids; [ -e {tmp_path}/go ] || {{ sleep 1000 & echo $! > {tmp_path}/child; wait; }}"""
    )
    box.publish(command(script + """; echo '{"a": "1"}'"""))
    first = box.start()
    asker.ask("c")
    wait_until(lambda: asker.turn() or (tmp_path / "child").exists(), timeout_s=10, what="the command runs")
    (tmp_path / "go").touch()
    first.send_signal(signal.SIGKILL)
    first.wait(timeout_s=5)
    pid = int((tmp_path / "pids").read_text().split()[0])
    wait_until(lambda: proc.gone(pid), timeout_s=5, what="the command dies with the service")
    (box.folder / "f.sock").unlink()
    box.start()
    assert asker.answer().result == {"a": "1"}
    child = int((tmp_path / "child").read_text())
    wait_until(lambda: proc.gone(child), timeout_s=5, what="the next service ends what the first had left")


def test_service_when_told_to_end_then_it_goes_with_all_it_has_started(box: Box, asker: Asker, tmp_path: Path) -> None:
    box.publish(command(f"sleep 1000 & echo $! > {tmp_path}/child; echo $$ > {tmp_path}/leader; wait"))
    program = box.start()
    asker.ask("c")
    wait_until(lambda: asker.turn() or (tmp_path / "leader").exists(), timeout_s=10, what="the command runs")
    program.send_signal(signal.SIGTERM)
    assert program.wait(timeout_s=10) == 0
    for name in ("leader", "child"):
        pid = int((tmp_path / name).read_text())
        wait_until(lambda pid=pid: proc.gone(pid), timeout_s=5, what="nothing is left")


def test_service_when_started_again_then_last_good_answers_are_still_there(box: Box, asker: Asker) -> None:
    with serving(json_answer({"tier": "gold"})) as endpoint:
        box.publish(
            HttpFunction(name="h", url=endpoint.url(), cache_max_age_s=600.0, cache_for="everyone"),
        )
        box.start()
        asker.ask("h")
        assert asker.answer().age_s is None
    box.stop()
    (box.folder / "f.sock").unlink()
    box.start()
    asker.ask("h")
    kept = asker.answer()
    assert kept.result == {"tier": "gold"}
    assert kept.age_s is not None
    assert "its last good answer stands in" in box.log()


def test_service_when_functions_are_published_while_it_waits_then_they_are_there(box: Box, asker: Asker) -> None:
    box.publish()
    box.start()
    asker.ask("c")
    assert asker.answer().reason == "there is no function c; add it under [[functions]]"
    box.publish(command("echo '{}'"))
    asker.ask("c")
    assert asker.answer().result == {}


def test_service_when_sent_nonsense_then_that_connection_alone_is_closed(box: Box, asker: Asker) -> None:
    box.publish(command("echo '{}'"))
    box.start()
    asker.ask("c")
    asker.answer()
    for nonsense in (b"{}\n", b"\xff\n", b"[" * 100_000 + b"\n", b"x" * 3_000_000):
        with socket.socket(socket.AF_UNIX) as bad:
            bad.settimeout(10)
            bad.connect(str(box.folder / "f.sock"))
            with contextlib.suppress(OSError):
                bad.sendall(nonsense)
            try:
                assert bad.recv(1) == b""
            except ConnectionResetError:
                continue
    asker.ask("c")
    assert asker.answer().result == {}


def test_service_when_a_stranger_looks_then_the_socket_is_not_for_everybody(box: Box) -> None:
    box.publish()
    box.start()
    assert (box.folder / "f.sock").stat().st_mode & 0o007 == 0


def test_service_when_it_runs_then_calls_come_first_and_secrets_are_in_no_argument(
    box: Box, asker: Asker, endpoint: Endpoint
) -> None:
    (box.folder / "headers").write_text("Authorization: Bearer s3cret-8231\n")
    box.publish(
        HttpFunction(name="h", url=endpoint.url(), headers_file=str(box.folder / "headers")),
        command("""printf '{"nice": "%s", "argv": "%s"}' "$(nice)" "$(tr '\\0' ' ' < /proc/$PPID/cmdline | wc -c)" """),
    )
    program = box.start()
    asker.ask("h")
    assert asker.answer().result == {"from": "http"}
    assert endpoint.requests[0].headers["Authorization"] == "Bearer s3cret-8231"
    asker.ask("c")
    answered = asker.answer().result
    assert answered is not None
    assert int(answered["nice"]) >= min(19, os.nice(0) + 10)
    assert "s3cret" not in Path(f"/proc/{program.pid}/cmdline").read_text()
    assert "s3cret" not in box.log()
    assert "s3cret" not in (box.folder / "functions.json").read_text()


def test_service_when_asked_often_then_nothing_piles_up(box: Box, asker: Asker, endpoint: Endpoint) -> None:
    box.publish(HttpFunction(name="h", url=endpoint.url(), cache_max_age_s=600.0), command("echo '{}'"))
    program = box.start()

    def ask(count: int) -> None:
        for _ in range(count):
            for name in ("h", "c"):
                asker.ask(name)
                assert asker.answer().result is not None

    def has_at_most(files: int, threads: int) -> bool:
        return proc.open_files(program.pid) <= files and proc.threads(program.pid) <= threads

    ask(5)
    files, threads = proc.open_files(program.pid), proc.threads(program.pid)
    ask(40)  # what the last one had open may still be on its way out
    wait_until(lambda: has_at_most(files, threads), timeout_s=10, what=f"{files} files and {threads} threads as before")


def test_service_when_no_function_is_set_up_then_its_libraries_are_not_loaded(box: Box) -> None:
    box.publish()
    program = box.start()
    assert "aiohttp" not in Path(f"/proc/{program.pid}/maps").read_text()


def test_module_when_run_twice_then_the_second_takes_the_place(box: Box, asker: Asker) -> None:
    """The zygote starts another while the first may still be ending; the socket's name belongs to the newer one."""
    box.publish(command("echo '{}'"))
    first = box.start()
    inode = (box.folder / "f.sock").stat().st_ino
    argv = [sys.executable, "-c", SERVE, json.dumps(box.settings)]
    second = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _inode(box) not in (0, inode), timeout_s=20, what="the newer one listens")
        first.stop()
        asker.ask("c")
        assert asker.answer().result == {}
    finally:
        second.terminate()
        second.wait(10)


def _inode(box: Box) -> int:
    try:
        return (box.folder / "f.sock").stat().st_ino
    except FileNotFoundError:
        return 0
