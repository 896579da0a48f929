"""The built-in sounds with the real sox."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from kit.audio import read_sides

from appliance.contact.media import sounds
from appliance.contact.media.prompts import Prompts
from appliance.flow.commands import Message


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("made") / "prompts"
    sounds.ensure(made)
    return made


NAMES = ("attention", "confirmed", "music", "refused", "ringback", "tone")


def test_ensure_when_nothing_is_there_makes_every_sound_and_leaves_nothing_else(folder: Path) -> None:
    assert sorted(path.stem for path in folder.iterdir()) == list(NAMES)
    prompts = Prompts(folder, folder / "studio.sock")
    for name in NAMES:
        assert prompts.find(Message(prompt=name)) == folder / f"{name}.wav"  # playable without being converted
    (folder / "cache").rmdir()


def test_ensure_when_made_is_music_for_half_a_minute_that_nobody_must_shout_over(folder: Path) -> None:
    (music,) = read_sides(folder / "music.wav")
    assert 25 < music.duration_s < 40
    for second in range(0, 25, 2):
        assert music.part(second, second + 2).rms() > 300
    assert max(map(abs, music.samples)) < 32767 * 0.3


def test_ensure_when_made_is_ring_back_of_two_tones_two_seconds_on_four_off(folder: Path) -> None:
    (ring,) = read_sides(folder / "ringback.wav")
    assert abs(ring.duration_s - 6.0) < 0.01
    assert ring.part(0.1, 1.9).tone_share(440) > 0.3
    assert ring.part(0.1, 1.9).tone_share(480) > 0.3
    assert ring.part(2.1, 6.0).rms() < 1


def test_ensure_when_made_has_two_short_tones_that_nobody_takes_for_each_other(folder: Path) -> None:
    (done,), (not_done,) = (read_sides(folder / f"{name}.wav") for name in ("confirmed", "refused"))
    assert 0.15 < done.duration_s < 0.3
    assert done.part(0.05, 0.15).tone_share(880) > 0.9
    assert 0.4 < not_done.duration_s < 0.9
    assert not_done.part(0.02, 0.16).tone_share(240) > 0.9
    assert not_done.part(0.19, 0.24).rms() < 30  # a gap: two beeps or more


def test_ensure_when_the_branch_has_put_its_own_leaves_it_alone(tmp_path: Path) -> None:
    own = tmp_path / "music.wav"
    own.write_bytes(b"our own")
    sounds.ensure(tmp_path)
    assert own.read_bytes() == b"our own"
    assert (tmp_path / "ringback.wav").exists()


def test_ensure_when_all_are_there_runs_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    sounds.ensure(folder)


def test_ensure_when_sox_is_missing_raises_and_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises((OSError, subprocess.CalledProcessError)):
        sounds.ensure(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_ensure_when_made_is_an_attention_tone_that_is_short_and_heard(folder: Path) -> None:
    (tone,) = read_sides(folder / "attention.wav")
    assert 0.2 < tone.duration_s < 0.6
    assert tone.rms() > 300
    assert max(map(abs, tone.samples)) < 32767 * 0.5
