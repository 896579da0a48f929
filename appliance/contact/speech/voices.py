"""Which local voice stands in for the one a flow names: by the configuration first, then by a table for espeak-ng.

`voices.json` is that table: espeak-ng's voice of a language (or of its family), and the variant (pitch, sex) of a name.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from importlib import resources

import msgspec

from appliance.contact.settings import VoiceChoice
from appliance.contact.speech.engine import Voice
from appliance.contact.speech.espeak import PROGRAM

PIPER = "piper"


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """languages: language or family → espeak-ng's voice; variants: variant → voice names; usual: the others'."""

    languages: dict[str, str]
    variants: dict[str, str]
    usual: str

    def by_name(self) -> dict[str, str]:
        """Voice name in lower case → variant."""
        return {name.lower(): variant for variant, names in self.variants.items() for name in names.split()}


@functools.cache
def table() -> Table:
    """The table that comes with the box."""
    return msgspec.json.decode((resources.files(__package__) / "voices.json").read_bytes(), type=Table)


def local_voice(language: str, name: str, choices: Sequence[VoiceChoice] = ()) -> Voice:
    """The local voice for `language` (ko-KR) when a flow says `name`; the first choice that fits best wins."""
    fits = [choice for choice in choices if _fit(choice, language, name)]
    if not fits:
        return Voice(PROGRAM, f"{_espeak_language(language)}+{_variant(name)}")
    best = max(fits, key=lambda choice: _fit(choice, language, name))
    if best.engine == PIPER:
        return Voice(PIPER, best.model, best.speaker)
    return Voice(PROGRAM, best.model or f"{_espeak_language(language)}+{_variant(name)}")


def spare_voice(language: str, name: str) -> Voice:
    """The voice that always works."""
    return local_voice(language, name)


def _fit(choice: VoiceChoice, language: str, name: str) -> int:
    """0: is meant for something else; else the more the closer."""
    if choice.voice and choice.voice.lower() != name.lower():
        return 0
    if choice.language.lower() == language.lower():
        return 3 + bool(choice.voice)
    return 1 + bool(choice.voice) if choice.language.lower() == family(language) else 0


def family(language: str) -> str:
    """ko for ko-KR."""
    return language.partition("-")[0].lower()


def _espeak_language(language: str) -> str:
    known = _lowered(tuple(table().languages.items()))
    letters = "".join(char for char in family(language) if "a" <= char <= "z")  # the name becomes an option
    return known.get(language.lower()) or known.get(family(language)) or letters[:3]


@functools.cache
def _lowered(items: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {key.lower(): value for key, value in items}


@functools.cache
def _names() -> Mapping[str, str]:
    return table().by_name()


def _variant(name: str) -> str:
    return _names().get(name.strip().lower(), table().usual)
