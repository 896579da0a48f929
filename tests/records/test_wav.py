"""One side's WAV file, whatever state its writer left it in."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.errors import RecordError
from appliance.records.wav import inspect_wav, read_blocks


def _samples(path: Path) -> list[int]:
    side = inspect_wav(path, rate_hz=8000)
    return [sample for block in read_blocks(side, 100) for sample in block]


@pytest.mark.parametrize("sized", [True, False])
def test_inspect_when_header_is_sound_then_the_file_length_decides(
    tmp_path: Path, make_tone: Any, make_wav: Any, sized: bool
) -> None:
    path = tmp_path / "side.wav"
    path.write_bytes(make_wav(make_tone(0.5), sized=sized))
    side = inspect_wav(path, rate_hz=16000)
    assert (side.rate_hz, side.offset, side.samples) == (8000, 44, 4000)
    assert _samples(path) == list(make_tone(0.5))


def test_inspect_when_file_is_missing_then_no_samples(tmp_path: Path) -> None:
    assert inspect_wav(tmp_path / "none.wav", rate_hz=8000).samples == 0
    assert _samples(tmp_path / "none.wav") == []


def test_inspect_when_header_was_never_written_then_rate_of_the_event_counts(tmp_path: Path, make_tone: Any) -> None:
    path = tmp_path / "side.wav"
    path.write_bytes(bytes(44) + make_tone(0.25).tobytes())
    side = inspect_wav(path, rate_hz=16000)
    assert (side.rate_hz, side.offset, side.samples) == (16000, 44, 2000)


def test_inspect_when_other_chunks_come_first_then_data_is_found(tmp_path: Path) -> None:
    form = (16).to_bytes(4, "little") + bytes.fromhex("0100 0100 401f0000 803e0000 0200 1000")
    extra = b"LIST" + (3).to_bytes(4, "little") + b"abc\0"
    path = tmp_path / "side.wav"
    path.write_bytes(b"RIFF" + bytes(4) + b"WAVE" + extra + b"fmt " + form + b"data" + bytes(4) + b"\x01\x00\x02\x00")
    assert _samples(path) == [1, 2]


def test_inspect_when_stereo_then_refused(tmp_path: Path, make_wav: Any) -> None:
    path = tmp_path / "side.wav"
    path.write_bytes(make_wav(array("h", [1, 2]), channels=2))
    with pytest.raises(RecordError, match="2 channels, 16 bit; one side must be mono"):
        inspect_wav(path, rate_hz=8000)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cut=st.integers(0, 44 + 600))
def test_read_when_cut_at_any_byte_then_only_the_torn_sample_is_lost(
    tmp_path: Path, make_tone: Any, make_wav: Any, cut: int
) -> None:
    samples = make_tone(300 / 8000)
    path = tmp_path / "side.wav"
    path.write_bytes(make_wav(samples)[:cut])
    assert _samples(path) == list(samples[: max(0, cut - 44) // 2])


def test_read_when_file_shrinks_meanwhile_then_error(tmp_path: Path, make_tone: Any, make_wav: Any) -> None:
    path = tmp_path / "side.wav"
    path.write_bytes(make_wav(make_tone(0.5)))
    side = inspect_wav(path, rate_hz=8000)
    path.write_bytes(path.read_bytes()[:145])
    with pytest.raises(RecordError, match="became shorter"):
        list(read_blocks(side, 1000))
