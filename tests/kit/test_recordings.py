"""The judge of recordings must find each fault it is there for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from kit import recordings
from kit.audio import write_tone


@pytest.fixture
def stereo(tmp_path: Path) -> Path:
    """Three seconds: 400 Hz left, 800 Hz right."""
    left = write_tone(tmp_path / "l.wav", frequency_hz=400, duration_s=3)
    right = write_tone(tmp_path / "r.wav", frequency_hz=800, duration_s=3)
    return _sox(tmp_path / "good.flac", "-M", left, right)


def _sox(target: Path, *arguments: str | Path) -> Path:
    subprocess.run(["sox", *arguments, target], check=True, capture_output=True)
    return target


def _problems(path: Path, length_s: float = 3.0) -> list[str]:
    return recordings.problems(path, length_s=length_s, tolerance_s=0.2, customer_hz=400, agent_hz=800)


def test_problems_when_recording_is_good_then_none(stereo: Path) -> None:
    assert _problems(stereo) == []


def test_problems_when_recording_is_short_then_both_sides_are_named(stereo: Path) -> None:
    assert len(_problems(stereo, 4.0)) == 2


def test_problems_when_sides_are_swapped_then_found(tmp_path: Path, stereo: Path) -> None:
    swapped = tmp_path / "swapped.flac"
    subprocess.run(["sox", stereo, swapped, "swap"], check=True)
    assert len(_problems(swapped)) == 2


def test_problems_when_one_side_is_silent_then_it_is_named(tmp_path: Path, stereo: Path) -> None:
    silent = tmp_path / "silent.flac"
    subprocess.run(["sox", stereo, silent, "remix", "1v0", "2"], check=True, capture_output=True)
    assert _problems(silent) == ["customer side at 1.0 s: silent"]


def test_problems_when_file_is_mono_then_found(tmp_path: Path) -> None:
    assert _problems(write_tone(tmp_path / "m.wav", frequency_hz=400, duration_s=3)) == ["1 channels instead of 2"]
