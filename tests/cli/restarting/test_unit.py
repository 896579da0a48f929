"""The helper of root's, as systemd starts it: a socket on standard input, a systemctl that this test plays."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.cli.restarting import unit
from appliance.cli.restarting.answering import LONGEST, OPERATION, serve_one
from appliance.cloud.orders import BoxService
from appliance.errors import RequestError

ROOT = Path(__file__).resolve().parents[3]


def systemctl(folder: Path, *, shown: str, status: int = 0, listed: str = "") -> tuple[str, Path]:
    """A program that notes its words, ends `restart` with this status and shows and lists this; and where it notes."""
    program, noted = folder / "systemctl", folder / "noted"
    answers = f"*show*) printf '{shown}' ;;\n*list-units*) printf '{listed}' ;;\n"
    failing = f"*) echo 'Job failed.' >&2; exit {status} ;;\n"
    program.write_text(f'#!/bin/sh\necho "$@" >>{noted}\ncase "$*" in\n{answers}{failing}esac\n')
    program.chmod(0o755)
    return str(program), noted


def block(name: str, state: str = "active", sub: str = "running") -> str:
    return f"Id={name}\\nActiveState={state}\\nSubState={sub}\\n\\n"


def test_restart_when_systemd_says_that_it_runs_then_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, noted = systemctl(tmp_path, shown=block("linekeeper-edge.service"))
    monkeypatch.setattr(unit, "SYSTEMCTL", program)
    assert unit.restart(BoxService.EDGE) == "edge serves again (linekeeper-edge.service)"
    restarted, shown = noted.read_text().splitlines()
    assert restarted == "--no-ask-password --no-pager restart linekeeper-edge.service"
    assert shown.endswith("show --property=Id,ActiveState,SubState linekeeper-edge.service")


@pytest.mark.parametrize(
    ("shown", "status", "told"),
    [
        (block("linekeeper-edge.service", "activating", "auto-restart"), 1, "is activating/auto-restart; Job failed."),
        (block("linekeeper-edge.service", "inactive", "dead"), 0, "linekeeper-edge.service is inactive/dead"),
        (block("linekeeper-edge.service"), 1, "does not serve after its restart"),
    ],
)
def test_restart_when_it_does_not_run_afterwards_then_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: str, status: int, told: str
) -> None:
    monkeypatch.setattr(unit, "SYSTEMCTL", systemctl(tmp_path, shown=shown, status=status)[0])
    with pytest.raises(RequestError, match=told):
        unit.restart(BoxService.EDGE)


def test_restart_when_one_of_several_lines_is_down_then_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = block("linekeeper-line@ttyACM0.service") + block("linekeeper-line@ttyACM1.service", "failed", "failed")
    listed = "".join(f"linekeeper-line@ttyACM{number}.service loaded active running x\\n" for number in (0, 1))
    program, noted = systemctl(tmp_path, shown=both, listed=listed)
    monkeypatch.setattr(unit, "SYSTEMCTL", program)
    with pytest.raises(RequestError, match=r": linekeeper-line@ttyACM1\.service is failed/failed;"):
        unit.restart(BoxService.LINE)
    looked, restarted, _ = noted.read_text().splitlines()
    assert looked.endswith(" --state=active,activating linekeeper-line@*.service")
    assert restarted.endswith(" restart linekeeper-line@ttyACM0.service linekeeper-line@ttyACM1.service")


def test_restart_when_no_device_is_there_then_nothing_is_restarted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, noted = systemctl(tmp_path, shown="")
    monkeypatch.setattr(unit, "SYSTEMCTL", program)
    with pytest.raises(RequestError, match="no headset is plugged into this box"):
        unit.restart(BoxService.HEADSET)
    assert " restart " not in noted.read_text()


def test_restart_when_there_is_no_systemctl_then_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "SYSTEMCTL", "/nonexistent/systemctl")
    with pytest.raises(RequestError, match="systemd does not answer"):
        unit.restart(BoxService.EDGE)


def test_units_when_listed_then_every_service_has_one_of_ours() -> None:
    assert set(unit.UNITS) == set(BoxService)
    files = {path.name for path in (ROOT / "systemd").glob("*.service")}
    assert {name.replace("@*", "@") for name in unit.UNITS.values()} <= files


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        (b"", "malformed"),
        (b"edge\n", "malformed"),
        (b'{"op": "service.stop", "args": {"service": "edge"}}\n', "unknown"),
        (b'{"op": "service.restart", "args": {"service": "ssh"}}\n', "not_found"),
        (b'{"op": "service.restart", "args": {"service": "edge.service --now"}}\n', "not_found"),
        (b'{"op": "service.restart", "args": {"service": ["edge"]}}\n', "not_found"),
        (b'{"op": "service.restart"}\n', "not_found"),
        (b"x" * (LONGEST + 10), "malformed"),
    ],
)
def test_question_when_it_is_not_one_of_ours_then_refused_and_nothing_is_restarted(question: bytes, kind: str) -> None:
    restarted: list[BoxService] = []

    def restart(service: BoxService) -> str:
        restarted.append(service)
        return ""

    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(question)
        theirs.shutdown(socket.SHUT_WR)
        serve_one(ours, restart)
        answer = json.loads(theirs.recv(65536))
    assert (answer["ok"], answer["error"]["kind"], restarted) == (False, kind, [])


def test_program_when_started_with_a_socket_then_it_answers_there_and_logs_who_asked(tmp_path: Path) -> None:
    program, noted = systemctl(tmp_path, shown=block("linekeeper-edge.service"))
    code = f"import sys; from appliance.cli.restarting import unit;unit.SYSTEMCTL = {program!r}; sys.exit(unit.main())"
    ours, theirs = socket.socketpair()
    with ours, theirs:
        question = {"op": OPERATION, "args": {"service": "edge", "order": 12}}
        ours.sendall(json.dumps(question).encode() + b"\n")
        done = subprocess.run(
            [sys.executable, "-c", code], stdin=theirs, capture_output=True, text=True, check=False, timeout=60
        )
        answer = json.loads(ours.recv(65536))
    assert (done.returncode, done.stdout) == (0, "")
    assert (answer["ok"], answer["result"]) == (True, "edge serves again (linekeeper-edge.service)")
    assert f"restart of edge, order 12 of the console, asked by user {os.getuid()}" in done.stderr
    assert "restarted: edge serves again" in done.stderr
    assert len(noted.read_text().splitlines()) == 2
