"""The ear of the kit: it must tell tones, silence and beginnings apart, or every audio test is worthless."""

from __future__ import annotations

import array
import math
from pathlib import Path

import pytest
from kit.audio import Sound, read_growing_wav, read_sides, write_tone


def test_has_tone_when_tone_is_there_then_hears_it_and_no_other(tmp_path: Path) -> None:
    sound = read_growing_wav(write_tone(tmp_path / "a.wav", frequency_hz=440, duration_s=1.0))
    assert sound.has_tone(440)
    assert not sound.has_tone(700)


def test_has_tone_when_silent_then_hears_nothing() -> None:
    sound = Sound(rate_hz=8000, samples=array.array("h", [0] * 8000))
    assert not sound.has_tone(440)
    assert sound.first_sound_s() is None


def test_tone_share_when_two_tones_are_mixed_then_each_has_its_half() -> None:
    mixed = [
        round(5000 * (math.sin(2 * math.pi * 440 * at / 8000) + math.sin(2 * math.pi * 700 * at / 8000)))
        for at in range(8000)
    ]
    sound = Sound(rate_hz=8000, samples=array.array("h", mixed))
    assert sound.tone_share(440) == pytest.approx(0.5, abs=0.02)
    assert sound.tone_share(700) == pytest.approx(0.5, abs=0.02)


def test_first_sound_when_tone_starts_late_then_finds_the_instant(tmp_path: Path) -> None:
    tone = read_growing_wav(write_tone(tmp_path / "a.wav", frequency_hz=440, duration_s=0.5))
    late = Sound(rate_hz=8000, samples=array.array("h", [0] * 4000)).followed_by(tone)
    assert late.first_sound_s() == pytest.approx(0.5, abs=0.011)
    assert late.tone_seconds(440) == pytest.approx(0.5, abs=0.11)


def test_read_growing_wav_when_header_says_zero_then_reads_what_is_there(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "a.wav", frequency_hz=440, duration_s=0.5)
    data = bytearray(path.read_bytes())
    data[40:44] = bytes(4)
    path.write_bytes(data)
    assert read_growing_wav(path).duration_s == pytest.approx(0.5)


def test_read_sides_when_stereo_then_decodes_each_side(tmp_path: Path) -> None:
    import subprocess

    left = write_tone(tmp_path / "l.wav", frequency_hz=440, duration_s=0.5)
    right = write_tone(tmp_path / "r.wav", frequency_hz=700, duration_s=0.5)
    subprocess.run(["sox", "-M", left, right, tmp_path / "both.flac"], check=True)
    one, two = read_sides(tmp_path / "both.flac")
    assert one.has_tone(440)
    assert two.has_tone(700)
