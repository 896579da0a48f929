"""The form of sound the bridge plays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.audio import write_tone

from appliance.contact.speech.conversion import FORMATS
from appliance.contact.speech.sound import ENDINGS, duration_s, playable, read_pcm, silence, write_wav


def test_write_when_read_again_then_the_same_samples(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, b"\x01\x02" * 800)
    assert read_pcm(path) == b"\x01\x02" * 800
    assert duration_s(path) == 0.1
    assert playable(path)


@pytest.mark.parametrize("rate_hz", [16000, 44100])
def test_playable_when_another_rate_then_not(tmp_path: Path, rate_hz: int) -> None:
    assert not playable(write_tone(tmp_path / "a.wav", frequency_hz=440, duration_s=0.1, rate_hz=rate_hz))


def test_playable_when_cut_short_then_not(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "a.wav", frequency_hz=440, duration_s=0.1)
    assert playable(path)
    os.truncate(path, path.stat().st_size - 100)
    assert not playable(path)


@given(
    content=st.binary(max_size=200) | st.binary(max_size=100).map(lambda rest: b"RIFF\x00\x10\x00\x00WAVEfmt " + rest)
)
def test_playable_when_any_bytes_then_an_answer(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("any") / "a.wav"
    path.write_bytes(content)
    assert playable(path) in (True, False)


@given(st.floats(0, 20))
def test_silence_when_asked_for_then_that_long(seconds: float) -> None:
    pcm = silence(seconds)
    assert abs(len(pcm) / 16000 - seconds) < 0.0001
    assert not any(pcm)


def test_endings_when_listed_then_exactly_those_that_can_be_converted() -> None:
    assert set(FORMATS) == ENDINGS
