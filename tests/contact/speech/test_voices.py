"""Which local voice stands in for which name."""

from __future__ import annotations

import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.settings import VoiceChoice
from appliance.contact.speech.engine import Voice
from appliance.contact.speech.espeak import PROGRAM
from appliance.contact.speech.voices import local_voice, table
from appliance.flow import voices as flow_voices
from appliance.flow.voices import usual_voice, voice_language

NAMES = sorted({name for names in vars(flow_voices)["_BY_LANGUAGE"].values() for name in names.split()})
LANGUAGES = sorted(vars(flow_voices)["_BY_LANGUAGE"])
PIPER = VoiceChoice(language="en-US", engine="piper", model="joe")


def test_table_when_compared_with_the_flows_names_then_each_has_one_variant() -> None:
    known = [name for names in table().variants.values() for name in names.split()]
    assert sorted(known) == NAMES
    assert {voice_language(name) is not None for name in known} == {True}


@pytest.mark.parametrize("language", LANGUAGES)
def test_local_voice_when_the_flows_may_speak_it_then_espeak_has_it(language: str) -> None:
    voice = local_voice(language, usual_voice(language))
    assert voice.engine == PROGRAM
    asked = (PROGRAM, "-q", "-v", voice.name, "--stdin")
    done = subprocess.run(asked, input=b"1", capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("language", "name", "expected"),
    [
        ("en-US", "Joanna", "en-us+f2"),
        ("en-US", "Matthew", "en-us+m3"),
        ("en-us", "matthew", "en-us+m3"),
        ("en-GB", "Amy", "en-gb+f2"),
        ("ko-KR", "Seoyeon", "ko+f2"),
        ("ko", "", "ko+f2"),
        ("es-CO", "Nobody", "es+f2"),
        ("zh-TW", "Zhiyu", "cmn+f1"),
        ("xx-YY", "Joanna", "xx+f2"),
    ],
)
def test_local_voice_when_nothing_is_configured_then_by_the_table(language: str, name: str, expected: str) -> None:
    assert local_voice(language, name) == Voice(PROGRAM, expected)


@pytest.mark.parametrize(
    ("language", "name", "expected"),
    [
        ("en-US", "Joanna", Voice("piper", "joe")),
        ("en-GB", "Amy", Voice("piper", "any-english", 3)),
        ("en-US", "Matthew", Voice(PROGRAM, "en-us+m8")),
        ("ko-KR", "Seoyeon", Voice(PROGRAM, "ko+f2")),
        ("en-GB", "Brian", Voice(PROGRAM, "en-gb+m1")),
    ],
)
def test_local_voice_when_configured_then_the_closest_choice(language: str, name: str, expected: Voice) -> None:
    choices = (
        VoiceChoice(language="en", engine="piper", model="any-english", speaker=3),
        PIPER,
        VoiceChoice(language="en-US", engine=PROGRAM, model="en-us+m8", voice="Matthew"),
        VoiceChoice(language="en", engine=PROGRAM, voice="Brian"),
    )
    assert local_voice(language, name, choices) == expected


@given(st.text(max_size=12), st.text(max_size=12))
def test_local_voice_when_any_names_then_one_word_for_espeak(language: str, name: str) -> None:
    voice = local_voice(language, name, (PIPER,))
    assert re.fullmatch(r"[a-z0-9-]*\+[fm]\d|joe", voice.name)
