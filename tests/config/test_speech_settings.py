"""`[speech]`: what the studio gets of it, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config.contact_settings import box_paths, to_speech_settings
from appliance.config.load import parse
from appliance.contact.settings import SpeechSettings, VoiceChoice
from appliance.errors import ConfigError


def settings(text: str, folder: Path) -> SpeechSettings:
    configuration = parse(f'[box]\ndata_dir = "{folder}/data"\n{text}', source="box.toml", folder=folder)
    return to_speech_settings(configuration, box_paths(configuration))


def problems(text: str, folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings(text, folder)
    return list(caught.value.problems)


def test_speech_when_nothing_is_said_then_espeak_ng_and_recordings(tmp_path: Path) -> None:
    found = settings("", tmp_path)
    assert found == SpeechSettings(models=f"{tmp_path}/data/voices")
    assert found.recordings == "/usr/share/asterisk/sounds"


def test_speech_when_configured_then_as_written_with_bytes_and_whole_paths(tmp_path: Path) -> None:
    text = """
[speech]
parallel = 3
cache_mb = 20
human_voices = false
models_dir = "/srv/models"
[[speech.voices]]
language = "en-US"
engine = "piper"
model = "en_US-joe-medium"
voice = "Matthew"
speaker = 2
[[speech.voices]]
language = "ko"
engine = "espeak-ng"
"""
    assert settings(text, tmp_path) == SpeechSettings(
        parallel=3,
        cache_bytes=20_000_000,
        recordings="",
        models="/srv/models",
        voices=(
            VoiceChoice(language="en-US", engine="piper", model="en_US-joe-medium", voice="Matthew", speaker=2),
            VoiceChoice(language="ko", engine="espeak-ng"),
        ),
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[speech]\nparallel = 0", "speech.parallel"),
        ("[speech]\ncache_mb = 1", "speech.cache_mb"),
        ('[speech]\nhuman_voices = "yes"', "speech.human_voices"),
        ('[[speech.voices]]\nlanguage = "Korean"\nengine = "piper"\nmodel = "x"', "speech.voices[0].language"),
        ('[[speech.voices]]\nlanguage = "ko"\nengine = "festival"', "speech.voices[0].engine"),
        ('[[speech.voices]]\nlanguage = "ko"\nengine = "piper"', "speech.voices[0].model"),
        ('[[speech.voices]]\nlanguage = "ko"\nengine = "piper"\nmodel = "../x"', "speech.voices[0].model"),
        ('[[speech.voices]]\nlanguage = "ko"\nengine = "espeak-ng"\nmodel = "-w"', "speech.voices[0].model"),
    ],
)
def test_speech_when_a_value_is_wrong_then_that_is_the_only_problem(text: str, key: str, tmp_path: Path) -> None:
    (problem,) = problems(text, tmp_path)
    assert problem.startswith(key)
