"""The supervisor with real processes: order, readiness, restart, watchdog, and that nothing stays behind."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from appliance.cli.child import BoxError, ChildPlan, ChildState
from appliance.cli.supervisor import Supervisor

SERVING = """
import os, signal, socket, sys
def say(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
        notices.connect("\\0" + os.environ["NOTIFY_SOCKET"][1:])
        notices.send(text.encode())
def write(line):
    with open(sys.argv[1], "a") as journal:
        journal.write(f"{line} {sys.argv[2]}\\n")
def leave(*_):
    write("stop")
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
write("start")
say("READY=1")
while True:
    signal.pause()
"""
STUBBORN = SERVING.replace("SIGTERM, leave", "SIGTERM, signal.SIG_IGN")
DEAD = "raise SystemExit(7)"
MUTE = SERVING.replace('say("READY=1")', "")
BOUND_S = 20


class Teller:
    """Keeps the supervisor's lines and lets a test wait for one of them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()

    def __call__(self, line: str) -> None:
        with self._news:
            self.lines.append(line)
            self._news.notify_all()

    def wait_for(self, part: str) -> None:
        with self._news:
            assert self._news.wait_for(lambda: any(part in line for line in self.lines), BOUND_S), self.lines


def plan(name: str, folder: Path, program: str = SERVING) -> ChildPlan:
    command = (sys.executable, "-S", "-c", program, str(folder / "journal"), name)
    return ChildPlan(name=name, command=command, ready_timeout_s=BOUND_S, stop_timeout_s=5)


def journal(folder: Path) -> list[str]:
    return (folder / "journal").read_text().splitlines()


def wait_gone(pid: int) -> None:
    """Until process `pid`, child or not, has ended."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(pid)
        try:
            assert select.select([handle], [], [], BOUND_S)[0], f"process {pid} still lives"
        finally:
            os.close(handle)


def test_supervisor_when_started_and_stopped_then_order_and_reverse_order(tmp_path: Path) -> None:
    with Supervisor([plan(name, tmp_path) for name in ("one", "two", "three")]) as supervisor:
        assert [child.state for child in supervisor.children] == [ChildState.READY] * 3
        assert journal(tmp_path) == ["start one", "start two", "start three"]
    assert journal(tmp_path)[3:] == ["stop three", "stop two", "stop one"]
    assert [child.pid for child in supervisor.children] == [None] * 3


def test_supervisor_when_child_dies_at_start_then_error_names_it_and_others_stop(tmp_path: Path) -> None:
    supervisor = Supervisor([plan("one", tmp_path), plan("two", tmp_path, DEAD)], logs=tmp_path)
    with pytest.raises(BoxError, match=r"two did not start: exit status 7; see .*/two\.log"):
        supervisor.start()
    assert journal(tmp_path) == ["start one", "stop one"]


def test_supervisor_when_child_never_ready_then_error_within_its_time(tmp_path: Path) -> None:
    mute = dataclasses.replace(plan("mute", tmp_path, MUTE), ready_timeout_s=0.3)
    with pytest.raises(BoxError, match="mute did not start: not ready in time"):
        Supervisor([mute]).start()


def test_supervisor_when_child_is_killed_then_it_is_started_again(tmp_path: Path) -> None:
    tell = Teller()
    with Supervisor([plan("one", tmp_path), plan("two", tmp_path)], tell=tell) as supervisor:
        first, other = supervisor.pid("one"), supervisor.pid("two")
        assert first is not None
        os.kill(first, signal.SIGKILL)
        tell.wait_for("one serves again")
        assert supervisor.pid("one") not in (None, first)
        assert supervisor.pid("two") == other
        assert next(child.restarts for child in supervisor.children if child.name == "one") == 1
    assert any(line.startswith("one died (killed by SIGKILL), starting it again in 0.25 s") for line in tell.lines)


def test_supervisor_when_watchdog_is_silent_then_child_is_replaced(tmp_path: Path) -> None:
    tell = Teller()
    silent = dataclasses.replace(plan("one", tmp_path), watchdog_s=0.3)
    with Supervisor([silent], tell=tell):
        tell.wait_for("one died (watchdog: it no longer answers)")


def test_supervisor_when_child_ignores_sigterm_then_it_is_killed(tmp_path: Path) -> None:
    tell = Teller()
    stubborn = dataclasses.replace(plan("one", tmp_path, STUBBORN), stop_timeout_s=0.3)
    with Supervisor([stubborn], tell=tell) as supervisor:
        pid = supervisor.pid("one")
        assert pid is not None
    wait_gone(pid)
    assert "one did not stop within 0.3 s, killing it" in tell.lines


def test_supervisor_when_child_leaves_a_process_behind_then_it_is_killed(tmp_path: Path) -> None:
    program = SERVING.replace("signal.signal(", "child = os.fork()\nsignal.signal(", 1).replace(
        'write("start")\n',
        "if child == 0:\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    while True:\n        "
        'signal.pause()\nwrite(f"start {child}")\n',
    )
    with Supervisor([plan("one", tmp_path, program)]):
        grandchild = int(journal(tmp_path)[0].split()[1])
    wait_gone(grandchild)


def test_supervisor_when_probe_given_then_ready_only_after_it_says_so(tmp_path: Path) -> None:
    answers = iter((False, False, True))
    probed = dataclasses.replace(plan("one", tmp_path), serves=lambda: next(answers))
    with Supervisor([probed]) as supervisor:
        assert supervisor.children[0].state is ChildState.READY
    assert next(answers, None) is None


def test_supervisor_when_stopped_before_start_or_twice_then_nothing_happens(tmp_path: Path) -> None:
    Supervisor([plan("one", tmp_path)]).stop()
    supervisor = Supervisor([plan("one", tmp_path)])
    supervisor.start()
    supervisor.stop()
    supervisor.stop()
    assert journal(tmp_path) == ["start one", "stop one"]


def test_supervisor_when_itself_killed_then_children_leave_too(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2]);"
        "import test_supervisor as t; from appliance.cli.supervisor import Supervisor;"
        "s = Supervisor([t.plan('one', Path(sys.argv[1]))]); s.start(); print(s.pid('one'), flush=True); s.wait()"
    )
    command = [sys.executable, "-c", program, str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as outer:
        assert outer.stdout is not None
        pid = int(outer.stdout.readline())
        outer.kill()
    wait_gone(pid)
    assert journal(tmp_path) == ["start one", "stop one"]
