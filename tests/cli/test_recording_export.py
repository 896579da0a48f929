"""Export: real sox on a real file, checked against its checksum before anybody trusts it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from appliance.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from conftest import FakeSwitchboard

Run = Callable[..., int]
RECORDING = {"recording": "rec-1", "contact": "contact-1", "status": "finished"}


@pytest.fixture
def recording(tmp_path: Path, box: FakeSwitchboard) -> Path:
    """One second of stereo FLAC that the switchboard knows."""
    path = tmp_path / "original.flac"
    tone = ("sox", "-n", "-r", "8000", "-c", "2", "-b", "16", str(path), "synth", "1", "sine", "440", "sine", "880")
    subprocess.run(tone, check=True, timeout=60)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    box.answers["recording.list"] = [RECORDING | {"path": str(path), "sha256": sha256}]
    return path


def samples(path: Path) -> bytes:
    words = ("sox", str(path), "--type", "raw", "-e", "signed", "-b", "16", "-")
    return subprocess.run(words, check=True, capture_output=True, timeout=60).stdout


@pytest.mark.parametrize("wanted", ["rec-1", "contact-1"])
def test_export_when_wav_then_the_same_samples(recording: Path, run: Run, tmp_path: Path, wanted: str) -> None:
    output = tmp_path / "talk.wav"
    assert run("recording", "export", wanted, "--output", str(output)) == ExitCode.OK
    with wave.open(str(output)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (2, 8000, 8000)
        assert sound.readframes(8000) == samples(recording)


def test_export_when_flac_then_the_same_samples(
    recording: Path, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "copy"
    assert run("recording", "export", "rec-1", "--format", "flac", "--output", str(output), "--json") == ExitCode.OK
    assert output.read_bytes()[:4] == b"fLaC"
    copy = tmp_path / "copy.flac"
    output.rename(copy)
    assert samples(copy) == samples(recording)
    assert json.loads(capsys.readouterr().out)["bytes"] == copy.stat().st_size


def test_export_when_file_was_changed_then_exit_code_1_and_no_copy(
    recording: Path, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording.write_bytes(recording.read_bytes() + b"x")
    assert run("recording", "export", "rec-1", "--output", str(tmp_path / "o.wav")) == ExitCode.FAILURE
    assert "has changed since it was recorded" in capsys.readouterr().err
    assert not (tmp_path / "o.wav").exists()


def test_export_when_file_is_gone_then_exit_code_1(recording: Path, run: Run, tmp_path: Path) -> None:
    recording.unlink()
    assert run("recording", "export", "rec-1", "--output", str(tmp_path / "o.wav")) == ExitCode.FAILURE


def test_export_when_folder_is_missing_then_words_of_sox(
    recording: Path, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert recording.exists()
    assert run("recording", "export", "rec-1", "--output", str(tmp_path / "no" / "o.wav")) == ExitCode.FAILURE
    assert "can't be written as" in capsys.readouterr().err


def test_export_when_unknown_unfinished_or_ambiguous_then_exit_code_4(
    box: FakeSwitchboard, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box.answers["recording.list"] = [RECORDING | {"path": None}, {"recording": "a", "contact": "c"},
                                     {"recording": "b", "contact": "c"}]  # fmt: skip
    for wanted, words in (("none", "no recording none"), ("rec-1", "is not finished"), ("c", "name one of a, b")):
        assert run("recording", "export", wanted, "--output", str(tmp_path / "o.wav")) == ExitCode.REFUSED
        assert words in capsys.readouterr().err


@pytest.mark.parametrize("state", ["sealed", "delivered"])
def test_export_when_only_the_organisation_can_open_it_then_it_says_where(
    state: str, box: FakeSwitchboard, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box.answers["recording.list"] = [RECORDING | {"path": None, "state": state}]
    assert run("recording", "export", "rec-1", "--output", str(tmp_path / "o.wav")) == ExitCode.REFUSED
    assert "listen on the console" in capsys.readouterr().err
