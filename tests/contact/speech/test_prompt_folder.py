"""Prompts as a person keeps them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from kit.audio import read_sides, write_tone

from appliance.contact.media.prompts import OWN_SOUNDS, Prompts
from appliance.contact.speech.prompt_folder import PromptFile, import_prompt, prompt_files
from appliance.contact.speech.sound import playable
from appliance.errors import ContactError
from appliance.flow.commands import Message


@pytest.fixture
def source(tmp_path: Path) -> Path:
    tone = write_tone(tmp_path / "tone.wav", frequency_hz=440, duration_s=1.0, rate_hz=44100)
    subprocess.run(["sox", str(tone), str(tmp_path / "greeting.mp3")], check=True)
    return tmp_path / "greeting.mp3"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "prompts"


def test_import_when_a_file_of_another_format_then_callers_find_it_ready(source: Path, folder: Path) -> None:
    found = import_prompt(folder, source, "greeting", replace=False)
    assert (found.name, found.file) == ("greeting", "greeting.wav")
    assert found.seconds == pytest.approx(1.0, abs=0.11)
    path = folder / "greeting.wav"
    assert playable(path)
    assert path.stat().st_mode & 0o777 == 0o644
    assert read_sides(path)[0].part(0.2, 0.8).has_tone(440)
    prompts = Prompts(folder, folder / "nobody.sock")
    assert prompts.find(Message(prompt="arn:aws:connect:x:1:instance/2/prompt/greeting")) == path
    assert prompts.find(Message(uri="s3://bucket/a/greeting.mp3")) == path


def test_import_when_the_name_is_taken_then_refused_unless_replaced(source: Path, folder: Path) -> None:
    folder.mkdir()
    write_tone(folder / "greeting.ogg", frequency_hz=880, duration_s=0.2)
    with pytest.raises(ContactError, match=r"there is a prompt 'greeting' already .* replace it with --replace"):
        import_prompt(folder, source, "greeting", replace=False)
    import_prompt(folder, source, "greeting", replace=True)
    assert [path.name for path in folder.iterdir()] == ["greeting.wav"]
    import_prompt(folder, source, "greeting", replace=True)


@pytest.mark.parametrize("name", ["", ".hidden", "../x", "a/b", "-n", "a\x00", "x" * 101, " a", "a*"])
def test_import_when_the_name_is_no_good_then_refused_and_nothing_is_made(
    source: Path, folder: Path, name: str
) -> None:
    with pytest.raises(ContactError, match="can't be a prompt's name"):
        import_prompt(folder, source, name, replace=False)
    assert not folder.exists()


def test_import_when_it_is_no_sound_then_refused_and_nothing_is_left(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "x.wav").write_text("no sound")
    with pytest.raises(ContactError, match="sox failed"):
        import_prompt(folder, tmp_path / "x.wav", "x", replace=False)
    assert list(folder.iterdir()) == []


def test_prompt_files_when_listed_then_sounds_only(folder: Path) -> None:
    (folder / "cache").mkdir(parents=True)
    write_tone(folder / "a.wav", frequency_hz=440, duration_s=0.5)
    write_tone(folder / "b.wav", frequency_hz=440, duration_s=0.5, rate_hz=44100)
    write_tone(folder / ".c.wav", frequency_hz=440, duration_s=0.5)
    (folder / "notes.txt").write_text("notes")
    assert prompt_files(folder) == [
        PromptFile(name="a", file="a.wav", bytes=8044, seconds=0.5),
        PromptFile(name="b", file="b.wav", bytes=44144, seconds=None),
    ]


def test_prompt_files_when_there_is_no_folder_then_an_error(folder: Path) -> None:
    with pytest.raises(ContactError, match="can't be read"):
        prompt_files(folder)


def test_prompt_files_when_the_box_has_sounds_of_its_own_then_listed_until_somebody_puts_another(
    source: Path, folder: Path
) -> None:
    (folder / OWN_SOUNDS).mkdir(parents=True)
    for name in ("music", "tone"):
        write_tone(folder / OWN_SOUNDS / f"{name}.wav", frequency_hz=440, duration_s=0.5)
    prompts = Prompts(folder, folder / "nobody.sock")
    assert [(one.name, one.file) for one in prompt_files(folder)] == [
        ("music", "own/music.wav"),
        ("tone", "own/tone.wav"),
    ]
    assert prompts.find(Message(prompt="music")) == folder / "own" / "music.wav"
    import_prompt(folder, source, "music", replace=False)
    assert [one.file for one in prompt_files(folder)] == ["music.wav", "own/tone.wav"]
    assert prompts.find(Message(prompt="music")) == folder / "music.wav"
    assert prompts.find(Message(prompt="tone")) == folder / "own" / "tone.wav"
