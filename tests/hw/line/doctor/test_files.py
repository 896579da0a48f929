"""Captures in a folder: written and read again; what is none is refused with the remedy."""

from __future__ import annotations

import stat
import wave
from array import array
from pathlib import Path

import pytest

from hw.errors import CaptureError
from hw.line.caller_id import Absence, CallerId
from hw.line.doctor import captures as c
from hw.line.doctor.captures import Captures
from hw.line.doctor.files import load, save

TAKEN = Captures(
    country="GB",
    sounds={c.OFF_HOOK: array("h", [0, 1, -1, 32767, -32768]), c.ENDED: array("h", [5])},
    voltage_v=47.5,
    rings_s=(0.5, 6.5),
    caller=CallerId(name="HAN", no_number=Absence.PRIVATE),
    caller_before_ring=True,
    reversal=True,
    break_s=0.3,
)


def test_captures_when_written_then_read_as_they_were_and_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "line"
    save(TAKEN, folder)
    assert load(folder) == TAKEN
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_captures_when_there_are_only_sounds_then_enough(tmp_path: Path) -> None:
    save(TAKEN, tmp_path)
    (tmp_path / "line.json").unlink()
    assert load(tmp_path) == Captures(sounds=TAKEN.sounds)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("notes.txt", b"x", "there is nothing of a line in"),
        ("idle.wav", b"no sound", "is no WAV file"),
        ("line.json", b"{", "can't be read"),
        ("line.json", b"[]", "can't be read"),
        ("line.json", b'{"colour": 1}', "has keys that are not known"),
        ("line.json", b'{"caller": {"no_number": "lost"}}', "can't be read"),
    ],
)
def test_captures_when_they_are_none_then_refused(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CaptureError, match=told):
        load(tmp_path)


def test_sound_when_of_another_rate_then_how_to_convert_it(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "idle.wav"), "wb") as file:
        file.setparams((2, 2, 44100, 0, "NONE", ""))
        file.writeframes(bytes(400))
    with pytest.raises(CaptureError, match=r"2 channels of 16 bit at 44100 Hz; convert it: sox idle.wav -r 8000"):
        load(tmp_path)
