"""`linekeeper agent` and `linekeeper feature`: what is shown, and that a PIN never stands on the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from appliance.cli.exit_codes import ExitCode
from appliance.cli.main import main

if TYPE_CHECKING:
    from conftest import FakeSwitchboard

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]


def test_pin_when_made_then_is_shown_once_with_the_number(box: FakeSwitchboard, run: Run, capsys: Capture) -> None:
    box.answers["agent.pin"] = {"agent": "kim", "login": "1001", "pin": "583920"}
    assert run("agent", "pin", "kim", "--make") == ExitCode.OK
    assert capsys.readouterr().out == "agent kim logs in with number 1001\nPIN: 583920\n"


def test_pin_when_read_from_standard_input_then_is_sent_and_not_shown(
    box: FakeSwitchboard, run: Run, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.answers["agent.pin"] = {"agent": "kim", "login": "1001", "pin": None}
    monkeypatch.setattr("sys.stdin", io.StringIO("8026\n"))
    assert run("agent", "pin", "kim", "--stdin") == ExitCode.OK
    assert box.asked == ("agent.pin", {"agent": "kim", "pin": "8026"})
    assert "8026" not in capsys.readouterr().out


def test_pin_when_given_as_an_argument_then_is_no_command(box: FakeSwitchboard, run: Run) -> None:
    assert run("agent", "pin", "kim", "8026") != ExitCode.OK
    assert box.requests == []


def test_status_when_nobody_is_named_then_everybody_is_shown(box: FakeSwitchboard, run: Run, capsys: Capture) -> None:
    row = {"agent": "kim", "extension": "105", "status": "Break", "next_status": None, "activity": "idle", "for_s": 3.0}
    box.answers["status"] = {"agents": [row]}
    assert run("agent", "status") == ExitCode.OK
    assert {"kim", "105", "Break", "idle"} <= set(capsys.readouterr().out.split())


def test_features_when_listed_then_as_the_configuration_has_them(run: Run, capsys: Capture) -> None:
    assert run("feature", "list", "--json") == ExitCode.OK
    codes = {row["code"]: row for row in json.loads(capsys.readouterr().out)}
    assert codes["*11"]["function"] == "linekeeper:agent.log_in"


def test_functions_when_listed_then_say_who_may_call_them(capsys: Capture) -> None:
    assert main(["feature", "functions", "--json"]) == ExitCode.OK
    rows = {row["function"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["linekeeper:agent.status"]["parameters"] == ["argument", "agent", "pin"]
    assert rows["linekeeper:agent.log_in"]["callers"] == "phones inside"
