"""Commands that end or ask processes: who is behind a socket, what a journal that isn't there says."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from appliance.clock import now
from appliance.cloud.orders import COMMAND_RESULT, Command, CommandKind
from appliance.config.paths import BoxPaths
from appliance.sync.down import commands
from appliance.sync.ground import Ground


class Switchboard:
    """Takes every operation and remembers it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def call(self, op: str, **args: Any) -> Any:
        self.asked.append((op, args))
        return {"sent": [], "unknown": []}


def carry_out(folder: Path, kind: CommandKind, **arguments: str) -> tuple[dict[str, Any], list[str]]:
    """What was told of it, and whether the service ended itself."""
    switchboard, ended = Switchboard(), list[str]()
    paths = BoxPaths(data=folder, run=folder)
    ground: Any = SimpleNamespace(
        clock=now, switchboard=switchboard, paths=paths, identity_changed=lambda: ended.append("identity")
    )
    order = Command(box="b1", number=4, issued_s=1.0, command=kind, arguments=arguments, expires_s=now().wall_s + 60)
    asyncio.run(commands.carry_out(cast(Ground, ground), order, end=lambda: ended.append("end")))
    op, args = switchboard.asked[-1]
    assert (op, args["kind"], args["content"]["number"]) == ("outbox.note", COMMAND_RESULT, 4)
    return args["content"], ended


def test_process_when_it_listens_on_the_socket_then_found(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()
        assert commands.process_behind(tmp_path / "s") == os.getpid()


def test_restart_when_it_is_of_sync_then_told_before_the_service_ends(tmp_path: Path) -> None:
    told, ended = carry_out(tmp_path, CommandKind.RESTART, service="sync")
    assert (told["ok"], ended) == (True, ["end"])


def test_restart_when_no_switchboard_runs_then_told(tmp_path: Path) -> None:
    told, ended = carry_out(tmp_path, CommandKind.RESTART, service="switchboard")
    assert (told["ok"], ended) == (False, [])


@pytest.mark.parametrize("hours", ["0", "nan", "lots", "-1", "100000"])
def test_logs_when_the_hours_make_no_sense_then_told(tmp_path: Path, hours: str) -> None:
    assert carry_out(tmp_path, CommandKind.COLLECT_LOGS, hours=hours)[0]["ok"] is False


def test_logs_when_there_is_a_journal_then_its_newest_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "journalctl"
    program.write_text(
        f"#!/bin/sh\nprintf '%s ' \"$@\"\nhead -c {commands.LOG_BYTES} /dev/zero | tr '\\0' x\necho end\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(commands, "JOURNAL", str(program))
    told, _ = carry_out(tmp_path, CommandKind.COLLECT_LOGS, hours="2")
    assert told["ok"] is True
    assert told["text"].endswith("end\n") and len(told["text"]) == commands.LOG_BYTES


def test_logs_when_there_is_no_journal_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "JOURNAL", "/nonexistent/journalctl")
    assert carry_out(tmp_path, CommandKind.COLLECT_LOGS)[0]["ok"] is False


def test_renewal_when_the_box_belongs_to_no_console_then_told(tmp_path: Path) -> None:
    told, ended = carry_out(tmp_path, CommandKind.RENEW_CERTIFICATE)
    assert (told["ok"], ended) == (False, [])
