"""Commands that end or ask processes: who may restart, what a journal that isn't there says."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from appliance.clock import now
from appliance.cloud.orders import Command, CommandKind
from appliance.config.paths import BoxPaths
from appliance.sync.down import commands
from appliance.sync.ground import Ground


def carry_out(folder: Path, kind: CommandKind, **arguments: str) -> commands.Result:
    ground: Any = SimpleNamespace(clock=now, paths=BoxPaths(data=folder, run=folder))
    order = Command(box="b1", number=4, issued_s=1.0, command=kind, arguments=arguments, expires_s=now().wall_s + 60)
    return asyncio.run(commands.carry_out(cast(Ground, ground), order))


def test_restart_when_it_is_of_sync_then_the_service_ends_afterwards(tmp_path: Path) -> None:
    found = carry_out(tmp_path, CommandKind.RESTART, service="sync")
    assert (found.ok, found.afterwards) == (True, commands.Afterwards.END)


@pytest.mark.parametrize("service", ["switchboard", "edge", "moon", ""])
def test_restart_when_nobody_may_or_nobody_knows_it_then_told(tmp_path: Path, service: str) -> None:
    found = carry_out(tmp_path, CommandKind.RESTART, service=service)
    assert (found.ok, found.afterwards) == (False, commands.Afterwards.NOTHING)
    assert ("nobody on this box may" in found.text) is (service in {"switchboard", "edge"})


@pytest.mark.parametrize("hours", ["0", "nan", "lots", "-1", "100000"])
def test_logs_when_the_hours_make_no_sense_then_told(tmp_path: Path, hours: str) -> None:
    assert carry_out(tmp_path, CommandKind.COLLECT_LOGS, hours=hours).ok is False


def test_logs_when_there_is_a_journal_then_its_newest_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "journalctl"
    program.write_text(
        f"#!/bin/sh\nprintf '%s ' \"$@\"\nhead -c {commands.LOG_BYTES} /dev/zero | tr '\\0' x\necho end\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(commands, "JOURNAL", str(program))
    found = carry_out(tmp_path, CommandKind.COLLECT_LOGS, hours="2")
    assert found.ok
    assert found.text.endswith("end\n") and len(found.text) == commands.LOG_BYTES
    program.write_text("#!/bin/sh\necho no rights >&2\nexit 1\n")
    assert carry_out(tmp_path, CommandKind.COLLECT_LOGS).text.endswith("no rights")


def test_logs_when_there_is_no_journal_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "JOURNAL", "/nonexistent/journalctl")
    assert carry_out(tmp_path, CommandKind.COLLECT_LOGS).ok is False


def test_renewal_when_the_box_belongs_to_no_console_then_told(tmp_path: Path) -> None:
    found = carry_out(tmp_path, CommandKind.RENEW_CERTIFICATE)
    assert (found.ok, found.afterwards) == (False, commands.Afterwards.NOTHING)
