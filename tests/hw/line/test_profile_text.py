"""A line's profile is written and read again; what is none is refused."""

from __future__ import annotations

import json

import pytest

from hw.errors import ProfileError
from hw.line.profile import PROFILES, CallerIdStart, Profile
from hw.line.profile_text import from_text, to_text
from hw.line.signals import Tone
from hw.line.tones import ToneSpec


@pytest.mark.parametrize("country", sorted(PROFILES))
def test_profile_when_written_then_read_as_it_was(country: str) -> None:
    assert from_text(to_text(PROFILES[country])) == PROFILES[country]


def test_profile_when_it_has_tones_of_its_own_then_they_are_kept() -> None:
    busy = ToneSpec(tone=Tone.BUSY, frequencies_hz=(380.0,), cadence_s=(0.6, 0.6))
    profile = Profile(country="US", caller_id=CallerIdStart.NONE, blind_dial=True, tones=(busy,))
    assert from_text(to_text(profile)) == profile


def test_profile_when_fields_are_missing_then_their_defaults() -> None:
    assert from_text('{"country": "GB", "settle_s": 1}') == Profile(country="GB", settle_s=1.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"colour": 1}',
        '{"settle_s": "long"}',
        '{"settle_s": true}',
        '{"blind_dial": 1}',
        '{"busy_cycles": 2.5}',
        '{"caller_id": "sometimes"}',
        '{"tones": 5}',
        '{"tones": [{"tone": "dial"}]}',
        '{"tones": [{"tone": "howl", "frequencies_hz": [1]}]}',
        json.dumps({"country": 7}),
    ],
)
def test_profile_when_it_is_none_then_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(ProfileError, match="run the line doctor again"):
        from_text(text)
