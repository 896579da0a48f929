"""Voices by name and by language."""

from __future__ import annotations

import pytest

from appliance.flow.voices import usual_voice, voice_language


@pytest.mark.parametrize(
    ("voice", "language"),
    [("Joanna", "en-US"), ("seoyeon", "ko-KR"), (" Kazuha ", "ja-JP"), ("Nobody", None), ("", None)],
)
def test_language_when_voice_is_named_then_is_known_or_none(voice, language):
    assert voice_language(voice) == language


@pytest.mark.parametrize(
    ("language", "voice"),
    [("ko-KR", "Seoyeon"), ("ko", "Seoyeon"), ("en-XX", "Joanna"), ("tlh", "Joanna"), ("fr-CA", "Gabrielle")],
)
def test_voice_when_language_is_given_then_the_usual_one(language, voice):
    assert usual_voice(language) == voice
