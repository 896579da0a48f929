"""The whole box with its real processes: comes up, heals, stops, and leaves nothing behind however it ends."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest
from kit.ports import reserved_ports

from appliance.cli import edge_wait
from appliance.cli.box import EDGE, SWITCHBOARD, SYNC, ZYGOTE, Box
from appliance.cli.child import BoxError, ChildState
from appliance.cli.edge_files import edge_serves
from appliance.cli.main import main
from appliance.errors import ConfigError

pytestmark = pytest.mark.scenario
BOUND_S = 40
CAPACITY = 2


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A box on free ports of 127.0.0.1."""
    with reserved_ports(100) as ports:
        path = tmp_path / "box.toml"
        path.write_text(
            f'[box]\ndata_dir = "data"\nrun_dir = "run"\n'
            f'[edge]\naddress = "127.0.0.1"\nport = {ports.take()}\ninternal_port = {ports.take()}\n'
            f"[contacts]\ncapacity = {CAPACITY}\nsip_port = {ports.take(CAPACITY)}\n"
            f"rtp_port = {ports.take_even(16 * CAPACITY)}\n"
        )
        yield path


class Lines:
    """What a box tells, to be waited for."""

    def __init__(self) -> None:
        self._lines: Queue[str] = Queue()

    def __call__(self, line: str) -> None:
        self._lines.put(line)

    def wait_for(self, part: str) -> str:
        while part not in (line := self._lines.get(timeout=BOUND_S)):
            pass
        return line


def members(session: int) -> list[int]:
    """Every process of a child's session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:  # proc(5): state ppid pgrp session
                found.append(int(stat.parent.name))
    return found


def wait_gone(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            handle = os.pidfd_open(pid)
            try:
                assert select.select([handle], [], [], BOUND_S)[0], f"process {pid} still lives"
            finally:
                os.close(handle)


def all_pids(box: Box) -> list[int]:
    return [pid for child in box.children if child.pid is not None for pid in members(child.pid)]


def is_bound(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def test_box_when_started_then_all_serve_and_commands_work_and_stop_leaves_nothing(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Box(file, logs=file.parent) as box:
        assert [(child.name, child.state) for child in box.children] == [
            (SWITCHBOARD, ChildState.READY),
            (EDGE, ChildState.READY),
            (ZYGOTE, ChildState.READY),
            (SYNC, ChildState.READY),
        ]
        pids = all_pids(box)
        assert len(pids) > 4 + CAPACITY
        assert main(["status", "--json", "--config", str(file)]) == 0
        assert json.loads(capsys.readouterr().out)["processes"]["capacity"] == CAPACITY
        assert main(["extension", "add", "101", "--config", str(file)]) == 0
    wait_gone(pids)
    assert not is_bound(box.configuration.edge.port)
    assert main(["extension", "list", "--json", "--config", str(file)]) == 0
    shown = capsys.readouterr().out
    assert '"extension": "101"' in shown
    assert main(["status", "--config", str(file)]) == 3


@pytest.mark.parametrize("name", [SWITCHBOARD, EDGE, ZYGOTE, SYNC])
def test_box_when_a_process_is_killed_then_it_serves_again_and_the_others_stay(file: Path, name: str) -> None:
    tell = Lines()
    with Box(file, tell=tell, logs=file.parent) as box:
        before = {child.name: child.pid for child in box.children}
        killed = before[name]
        assert killed is not None
        family = members(killed)
        os.kill(killed, signal.SIGKILL)
        tell.wait_for(f"{name} serves again")
        after = {child.name: child.pid for child in box.children}
        wait_gone(family)
        assert {other: pid for other, pid in after.items() if other != name} == {
            other: pid for other, pid in before.items() if other != name
        }
        assert after[name] not in (None, killed)


def test_box_when_itself_killed_then_nothing_is_left(file: Path) -> None:
    program = (
        "import json, sys; from pathlib import Path; from appliance.cli.box import Box;"
        "box = Box(Path(sys.argv[1]), logs=Path(sys.argv[2])); box.start();"
        "print(json.dumps([child.pid for child in box.children]), flush=True); box.wait()"
    )
    words = [sys.executable, "-c", program, str(file), str(file.parent)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as outer:
        assert outer.stdout is not None
        children = json.loads(outer.stdout.readline())
        pids = [pid for child in children for pid in members(child)]
        outer.kill()
    assert len(pids) > 4 + CAPACITY
    wait_gone(pids)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_when_signalled_then_it_stops_in_reverse_and_exits_0(file: Path, number: signal.Signals) -> None:
    words = [str(Path(sys.executable).with_name("linekeeper")), "up", "--json", "--config", str(file)]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as up:
        assert up.stdout is not None
        events = []
        for line in up.stdout:
            events.append(json.loads(line)["event"])
            if events[-1].startswith("ready: "):
                up.send_signal(number)
        assert up.wait(BOUND_S) == 0
    assert [event for event in events if event.endswith(" stopped")] == [
        "sync stopped",
        "zygote stopped",
        "edge stopped",
        "switchboard stopped",
    ]


def test_box_when_its_ports_are_taken_then_error_names_them_and_nothing_is_started(file: Path) -> None:
    port = Box(file).configuration.edge.port
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        box = Box(file, logs=file.parent)
        with pytest.raises(BoxError, match=rf"taken by another program: edge\.port {port}/tcp; stop it"):
            box.start()
        assert [child.pid for child in box.children] == [None] * 4


def test_edge_wait_when_main_process_is_gone_then_it_gives_up_at_once(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    monkeypatch.setenv("MAINPID", str(ended.pid))
    assert edge_wait.main(["--config", str(file)]) == 1
    assert "does not answer SIP" in capsys.readouterr().err


def test_edge_wait_when_edge_serves_then_exit_code_0(file: Path) -> None:
    with Box(file, logs=file.parent):
        assert edge_wait.main(["--config", str(file)]) == 0


def test_edge_when_another_box_answers_on_its_port_then_it_does_not_count_as_serving(file: Path) -> None:
    with Box(file, logs=file.parent) as box:
        assert edge_serves(box.configuration)
        folders = box.configuration.box.model_copy(update={"run_dir": file.parent / "other"})
        assert not edge_serves(box.configuration.model_copy(update={"box": folders}))


def test_box_when_file_breaks_then_last_good_serves_and_status_tells(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Box(file, logs=file.parent):
        pass
    file.write_text(file.read_text() + "[edge]\n")
    with Box(file, logs=file.parent) as box:
        assert box.loaded.is_last_good
        assert main(["status", "--json", "--config", str(file)]) == 0
        assert json.loads(capsys.readouterr().out)["problems"]


def test_box_when_file_was_never_good_then_config_error(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text('[box]\ndata_dir = "data"\nnonsense = 1\n')
    with pytest.raises(ConfigError, match="nonsense"):
        Box(file)
