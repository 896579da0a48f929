"""`linekeeper storage` in words."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from cli.conftest import FakeSwitchboard

from appliance.cli.exit_codes import ExitCode

Run = Callable[..., int]
FOUND = {
    "level": "warning", "used": 8_000_000, "budget": 10_000_000, "kept": 900_000_000, "to_free": 0, "days_left": 3.4,
    "waiting": 12, "text": "room for recordings runs out",
}  # fmt: skip


def test_show_when_room_runs_out_then_how_long_it_lasts_and_why(
    box: FakeSwitchboard, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    box.answers["storage.show"] = FOUND
    assert run("storage", "show") == ExitCode.OK
    shown = capsys.readouterr().out
    assert "8.0" in shown
    assert "room for recordings runs out" in shown
    assert run("storage", "show", "--json") == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == FOUND


def test_erasures_when_there_are_some_then_holds_and_what_waits(
    box: FakeSwitchboard, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    box.answers["erasure.list"] = {
        "holds": {"case-7": ["c1", "c2"]},
        "open": [{"request": "e1", "erased": ["c3"], "held": [], "number": 1}],
    }
    assert run("storage", "erasures") == ExitCode.OK
    shown = capsys.readouterr().out
    assert "case-7" in shown
    assert "e1" in shown
