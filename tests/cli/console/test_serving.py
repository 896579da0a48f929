"""What the options of `linekeeper console` become."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.cli.console.serving import speech_of
from appliance.contact.settings import SpeechSettings, VoiceChoice
from appliance.errors import ConfigError


def test_speech_when_a_box_s_configuration_is_given_then_the_console_has_its_voices(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text(
        f'[box]\ndata_dir = "{tmp_path}"\n[[speech.voices]]\nlanguage = "ko"\nengine = "piper"\nmodel = "ko_KR-x"\n'
    )
    found = speech_of(file)
    assert found.voices == (VoiceChoice(language="ko", engine="piper", model="ko_KR-x"),)
    assert Path(found.models).is_relative_to(tmp_path)
    assert speech_of(None) == SpeechSettings()


def test_speech_when_the_configuration_is_broken_then_said(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text('[speech]\nvoices = "all"\n')
    with pytest.raises(ConfigError, match=r"voices"):
        speech_of(file)
