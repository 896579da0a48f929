"""Hours of operation on a box that is down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.cli.exit_codes import ExitCode
from appliance.cli.main import main

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]
NINE, SIX = {"Hours": 9, "Minutes": 0}, {"Hours": 18, "Minutes": 0}
WEEK = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
OFFICE = {
    "HoursOfOperation": {
        "Name": "office",
        "TimeZone": "Asia/Seoul",
        "Config": [{"Day": day, "StartTime": NINE, "EndTime": SIX} for day in WEEK],
    },
    "Overrides": [{"OverrideType": "CLOSED", "EffectiveFrom": "2026-12-25", "EffectiveTill": "2026-12-25"}],
}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    file = tmp_path / "hours.json"
    file.write_text(json.dumps(OFFICE))
    return file


def is_open(run: Run, capsys: Capture, at: str) -> bool:
    capsys.readouterr()
    assert run("hours", "list", "--at", at, "--json") == ExitCode.OK
    (row,) = json.loads(capsys.readouterr().out)
    return bool(row["open"])


def test_hours_when_installed_then_open_by_their_own_time_zone_and_closed_on_holidays(
    office: Path, run: Run, capsys: Capture
) -> None:
    assert run("hours", "install", str(office)) == ExitCode.OK
    assert capsys.readouterr().out == "hours office are there\n"
    assert is_open(run, capsys, "2026-12-24T00:00+00:00")
    assert not is_open(run, capsys, "2026-12-24T10:00+00:00")
    assert not is_open(run, capsys, "2026-12-25T10:00+09:00")


def test_hours_when_broken_then_every_fault_and_exit_code(tmp_path: Path, run: Run, capsys: Capture) -> None:
    file = tmp_path / "bad.json"
    file.write_text(json.dumps({"TimeZone": "Nowhere", "Config": [{"Day": "SOMEDAY"}]}))
    assert run("hours", "install", str(file)) == ExitCode.FAILURE
    said = capsys.readouterr().err
    assert "'Nowhere' is unknown" in said and "SOMEDAY" in said
    file.write_text("[]")
    assert run("hours", "install", str(file)) == ExitCode.FAILURE


def test_hours_when_a_queue_has_them_then_they_stay(office: Path, run: Run, capsys: Capture) -> None:
    run("hours", "install", str(office), "--name", "desk")
    assert run("queue", "add", "sales", "--hours", "desk") == ExitCode.OK
    assert run("hours", "remove", "desk") == ExitCode.REFUSED
    assert "queue sales has hours desk" in capsys.readouterr().err
    assert run("queue", "add", "sales", "--hours", "") == ExitCode.OK
    assert run("hours", "remove", "desk") == ExitCode.OK
    assert run("hours", "remove", "desk") == ExitCode.REFUSED


def test_hours_when_time_is_none_then_usage(run: Run) -> None:
    assert main(["hours", "list", "--at", "noon"]) == ExitCode.USAGE
