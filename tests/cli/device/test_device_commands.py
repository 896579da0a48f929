"""`linekeeper device` with mocks: what a person and a program get, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.cli.exit_codes import ExitCode
from appliance.cli.main import main
from appliance.devices.seat.hygiene import Use, note_use

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def mocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEKEEPER_HW", "mock")


def test_list_when_a_headset_is_configured_and_shared_then_both_show(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "secret").write_text("s3cret")
    file = tmp_path / "linekeeper.toml"
    file.write_text(
        f'[box]\ndata_dir = "{tmp_path}"\n'
        '[[headsets]]\nextension = "201"\npassword_file = "secret"\ndevice = "MOCK1"\nagent = "ann"\n'
    )
    for agent in ("ann", "bob"):
        use = Use(at=0.0, headset="MOCK1", extension="201", agent=agent)
        note_use(tmp_path / "devices" / "headsets.jsonl", use)
    assert main(["device", "list", "--config", str(file), "--json"]) == ExitCode.OK
    rows = {row["kind"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["headset"]["extension"] == "201"
    assert rows["headset"]["remark"] == "ann's, and worn by bob: clean it"
    assert main(["device", "list", "--config", str(file)]) == ExitCode.OK
    assert "ann (1970-01-01), bob (1970-01-01)" in capsys.readouterr().out


def test_list_when_there_is_no_configuration_then_devices_all_the_same(tmp_path: Path, capsys: Capture) -> None:
    assert main(["device", "list", "--config", str(tmp_path / "none.toml")]) == ExitCode.OK
    assert "mock:headset" in capsys.readouterr().out


def test_test_when_nobody_speaks_then_faults_and_exit_code_1(capsys: Capture) -> None:
    assert main(["device", "test", "--unattended", "--seconds", "1", "--json"]) == ExitCode.FAILURE
    told = json.loads(capsys.readouterr().out)["findings"]
    assert {one["step"]: one["fine"] for one in told} == {
        "microphone": False,
        "delay": False,
        "off-hook lamp": True,
        "ring lamp": True,
        "mute lamp": True,
        "hold lamp": True,
    }


def test_test_when_no_such_headset_then_where_to_look(capsys: Capture) -> None:
    assert main(["device", "test", "/dev/hidraw77"]) == ExitCode.FAILURE
    assert "no headset /dev/hidraw77; 'linekeeper device list'" in capsys.readouterr().err
