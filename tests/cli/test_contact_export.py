"""`linekeeper contact export`: a vCon from the box itself."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import wave
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.conftest import FakeSwitchboard

from appliance.cli.exit_codes import ExitCode
from appliance.records.flac_program import encode_flac

Run = Callable[..., int]
RECORD = {
    "ContactId": "c1", "InitiationMethod": "INBOUND", "InitiationTimestamp": "2026-11-22T09:00:00Z",
    "LastUpdateTimestamp": "2026-11-22T09:05:00Z", "CustomerEndpoint": {"Address": "+8225550100"},
    "Agent": {"Username": "kim"}, "Queue": {"Name": "sales"},
}  # fmt: skip


@pytest.fixture
def recorded(box: FakeSwitchboard, tmp_path: Path) -> FakeSwitchboard:
    """A contact with a recording that can be heard, and one that is sealed."""
    path = tmp_path / "talk.flac"
    encode_flac([array("h", [1000, -1000] * 800)], path, rate_hz=8000)
    row = {
        "recording": "r1", "contact": "c1", "state": "finished", "started": "2026-11-22T09:00:01Z", "path": str(path),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "duration_s": 0.1, "bytes": path.stat().st_size,
    }  # fmt: skip
    box.answers["contact.show"] = {"record": RECORD}
    box.answers["recording.list"] = [row, {**row, "recording": "r2", "state": "sealed", "path": None}]
    return box


def test_export_when_with_audio_then_a_vcon_with_what_can_be_heard_here(
    recorded: FakeSwitchboard, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "c1.vcon.json"
    assert run("contact", "export", "c1", "--audio", "--output", str(output), "--json") == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    assert (told["recordings"], told["elsewhere"]) == (1, ["r2"])
    assert output.stat().st_mode & 0o777 == 0o600
    made = json.loads(output.read_text())
    body = made["dialog"][0]["body"]
    with wave.open(io.BytesIO(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 800)


def test_export_when_without_audio_then_the_record_alone(recorded: FakeSwitchboard, run: Run, tmp_path: Path) -> None:
    output = tmp_path / "c1.vcon.json"
    assert run("contact", "export", "c1", "--output", str(output)) == ExitCode.OK
    made = json.loads(output.read_text())
    assert made["dialog"] == []
    assert json.loads(made["attachments"][0]["body"]) == RECORD


def test_export_when_the_contact_is_under_way_then_refused(box: FakeSwitchboard, run: Run, tmp_path: Path) -> None:
    box.answers["contact.show"] = {"record": None}
    assert run("contact", "export", "c1", "--output", str(tmp_path / "x")) == ExitCode.REFUSED
    assert not (tmp_path / "x").exists()


def test_export_when_the_folder_is_missing_then_failure(recorded: FakeSwitchboard, run: Run, tmp_path: Path) -> None:
    assert run("contact", "export", "c1", "--output", str(tmp_path / "no" / "x")) == ExitCode.FAILURE
