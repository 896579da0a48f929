"""Programs good, slow, greedy and untidy: the answer, or a failure, and never a process left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from kit import proc
from kit.processes import wait_until

from appliance.contact.functions.asked import Asked
from appliance.contact.functions.command_call import MOST_AT_ONCE, CommandCaller
from appliance.contact.functions.definitions import CommandFunction
from appliance.contact.functions.faults import FunctionError

EVENT = {"Name": "ContactFlowEvent", "Details": {"Parameters": {"text": "$(touch /tmp/x); 'q'"}}}


def shell(script: str, *more: str, **settings: Any) -> CommandFunction:
    return CommandFunction(name="f", argv=("/bin/sh", "-c", script, "sh", *more), **settings)


def python(script: str, *more: str) -> CommandFunction:
    return CommandFunction(name="f", argv=(sys.executable, "-S", "-c", script, *more))


def asked(event: object = EVENT, left_s: float = 10.0) -> Asked:
    return Asked(event={}, body=json.dumps(event).encode(), key="k", left_s=left_s)


def running(scene: Callable[[], Awaitable[Any]]) -> Any:
    async def bounded() -> Any:
        return await asyncio.wait_for(scene(), 30)

    return asyncio.run(bounded())


def call(function: CommandFunction, event: object = EVENT) -> bytes:
    answer: bytes = running(lambda: CommandCaller(function).call(asked(event)))
    return answer


def failure(function: CommandFunction) -> FunctionError:
    with pytest.raises(FunctionError) as caught:
        call(function)
    return caught.value


def written(path: Path) -> int:
    """The process id that a script of ours has written to `path`."""
    wait_until(lambda: path.exists() and path.read_text().strip(), timeout_s=10, what=f"a pid in {path}")
    return int(path.read_text())


def test_command_when_it_answers_then_the_event_was_its_input() -> None:
    assert json.loads(call(CommandFunction(name="f", argv=("/bin/cat",)))) == EVENT


def test_command_when_the_event_is_larger_than_a_pipe_then_read_whole_or_not_at_all() -> None:
    large = {"a": "x" * 500_000}
    counted = call(python("import sys; print(len(sys.stdin.read()))"), large)
    assert int(counted) == len(json.dumps(large))
    assert call(shell("echo '{}'"), large) == b"{}\n"


def test_command_when_run_then_no_shell_sees_its_arguments(tmp_path: Path) -> None:
    odd = f"$(touch {tmp_path}/x); `touch {tmp_path}/y` * 'q'"
    given = call(python("import json, sys; print(json.dumps(sys.argv[1:]))", odd))
    assert json.loads(given) == [odd]
    assert list(tmp_path.iterdir()) == []


def test_command_when_run_then_its_environment_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOX_SECRET", "s3cret")
    function = CommandFunction(name="f", argv=("/usr/bin/env",), environment={"TZ": "Asia/Seoul"})
    names = {line.partition("=")[0] for line in call(function).decode().splitlines()}
    assert names == {"PATH", "LANG", "TZ"}


def test_command_when_run_then_it_has_no_file_of_ours_open() -> None:
    script = "import json, os; print(json.dumps([int(name) for name in os.listdir('/proc/self/fd')]))"
    with Path("/proc/self/status").open("rb"):
        listed = json.loads(call(python(script)))
    assert set(listed) <= {0, 1, 2, 3}  # 3: the listing itself


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 3", "the program ended with exit status 3"),
        ("echo '{}'; exit 1", "the program ended with exit status 1"),
        ("kill -9 $$", "the program was ended by signal 9"),
    ],
)
def test_command_when_it_fails_then_its_answer_does_not_count(script: str, reason: str) -> None:
    error = failure(shell(script))
    assert (str(error), error.again) == (reason, True)


@pytest.mark.parametrize("program", ["/no/such/program", "/etc/passwd", "/"])
def test_command_when_it_is_no_program_then_final_failure(program: str) -> None:
    error = failure(CommandFunction(name="f", argv=(program,)))
    assert (str(error), error.again) == ("the program can't be found or may not be run", False)


def test_command_when_it_writes_without_end_then_it_is_stopped(tmp_path: Path) -> None:
    error = failure(shell('echo $$ > "$1"; exec yes', str(tmp_path / "pid")))
    assert (str(error), error.again) == ("the answer exceeds 32768 bytes", False)
    assert proc.gone(written(tmp_path / "pid"))


def test_command_when_given_up_then_its_whole_group_is_killed(tmp_path: Path) -> None:
    script = 'trap "" TERM; sleep 1000 & echo $! > "$1"; echo $$ > "$2"; wait'
    function = shell(script, str(tmp_path / "child"), str(tmp_path / "leader"))

    async def scene() -> list[int]:
        task = asyncio.create_task(CommandCaller(function).call(asked()))
        pids = [await asyncio.to_thread(written, tmp_path / name) for name in ("child", "leader")]
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return pids

    for pid in running(scene):
        wait_until(lambda pid=pid: proc.gone(pid), timeout_s=5, what="the group is gone")


def test_command_when_it_leaves_a_child_behind_then_the_answer_comes_at_once_and_the_child_goes(tmp_path: Path) -> None:
    script = 'sleep 1000 & echo $! > "$1"; echo \'{"a": "1"}\''
    assert json.loads(call(shell(script, str(tmp_path / "child")))) == {"a": "1"}
    wait_until(lambda: proc.gone(written(tmp_path / "child")), timeout_s=5, what="the child is gone")


def test_command_when_a_daemon_keeps_its_output_open_then_the_answer_does_not_wait_for_it(tmp_path: Path) -> None:
    daemon = 'setsid sh -c \'echo $$ > "$0"; exec sleep 1000\' "$1" & while ! [ -s "$1" ]; do :; done; echo "{}"'
    began = time.monotonic()
    assert call(shell(daemon, str(tmp_path / "daemon"))) == b"{}\n"
    assert time.monotonic() - began < 20
    os.kill(written(tmp_path / "daemon"), signal.SIGKILL)


def test_command_when_many_ask_then_only_so_many_run_at_once(tmp_path: Path) -> None:
    function = shell('echo $$ > "$1/$$"; while ! [ -e "$1/go" ]; do sleep 0.01; done; echo "{}"', str(tmp_path))

    async def scene() -> int:
        caller = CommandCaller(function)
        tasks = [asyncio.create_task(caller.call(asked())) for _ in range(MOST_AT_ONCE + 3)]
        while len(list(tmp_path.iterdir())) < MOST_AT_ONCE:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        at_once = len(list(tmp_path.iterdir()))
        (tmp_path / "go").touch()
        await asyncio.gather(*tasks)
        return at_once

    assert running(scene) == MOST_AT_ONCE


def test_command_when_called_often_then_no_file_or_thread_is_left() -> None:
    async def scene() -> tuple[int, int]:
        caller = CommandCaller(shell("echo '{}'"))
        await caller.call(asked())
        before = proc.open_files(os.getpid())
        for _ in range(20):
            await caller.call(asked())
        return before, proc.open_files(os.getpid())

    before, after = running(scene)
    assert after == before
