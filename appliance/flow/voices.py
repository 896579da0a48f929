"""The voices flows name (Amazon Polly's, by public documentation) and the language each speaks. Names only: which
local voice stands in for one is decided where the sound is made."""

from __future__ import annotations

DEFAULT_VOICE = "Joanna"

_BY_LANGUAGE = {
    "en-US": "Joanna Matthew Salli Kimberly Kendra Joey Justin Ivy Kevin Ruth Stephen Gregory Danielle Patrick Tiffany",
    "en-GB": "Amy Emma Brian Arthur",
    "en-AU": "Olivia Nicole Russell",
    "en-IN": "Kajal Aditi Raveena",
    "en-NZ": "Aria",
    "en-ZA": "Ayanda",
    "en-IE": "Niamh",
    "en-SG": "Jasmine",
    "en-GB-WLS": "Geraint",
    "ko-KR": "Seoyeon Jihye",
    "ja-JP": "Kazuha Takumi Tomoko Mizuki",
    "cmn-CN": "Zhiyu",
    "yue-CN": "Hiujin",
    "es-ES": "Lucia Sergio Conchita Enrique Alba Raul",
    "es-MX": "Mia Andres",
    "es-US": "Lupe Pedro Penelope Miguel",
    "fr-FR": "Lea Remi Celine Mathieu",
    "fr-CA": "Gabrielle Liam Chantal",
    "fr-BE": "Isabelle",
    "de-DE": "Vicki Daniel Marlene Hans",
    "de-AT": "Hannah",
    "de-CH": "Sabrina",
    "it-IT": "Bianca Adriano Carla Giorgio",
    "nl-NL": "Laura Lotte Ruben",
    "nl-BE": "Lisa",
    "pt-BR": "Camila Vitoria Thiago Ricardo",
    "pt-PT": "Ines Cristiano",
    "pl-PL": "Ola Ewa Jacek Jan Maja",
    "ru-RU": "Tatyana Maxim",
    "sv-SE": "Elin Astrid",
    "nb-NO": "Ida Liv",
    "da-DK": "Sofie Naja Mads",
    "fi-FI": "Suvi",
    "is-IS": "Dora Karl",
    "tr-TR": "Burcu Filiz",
    "ro-RO": "Carmen",
    "cy-GB": "Gwyneth",
    "ca-ES": "Arlet",
    "cs-CZ": "Jitka",
    "hi-IN": "Kajal Aditi",
    "arb": "Zeina",
    "ar-AE": "Hala Zayd",
}
_LANGUAGE = {voice: language for language, voices in reversed(_BY_LANGUAGE.items()) for voice in voices.split()}
_USUAL = {language: voices.partition(" ")[0] for language, voices in _BY_LANGUAGE.items()}
_USUAL_OF_FAMILY = {language.partition("-")[0]: voice for language, voice in reversed(_USUAL.items())}


def voices() -> dict[str, tuple[str, ...]]:
    """Language → the names of its voices, the usual one first."""
    return {language: tuple(names.split()) for language, names in _BY_LANGUAGE.items()}


def voice_language(voice: str) -> str | None:
    """The language `voice` speaks (case does not matter), None for a name nobody knows."""
    return _LANGUAGE.get(voice.strip().capitalize())


def usual_voice(language: str) -> str:
    """The voice for `language` (ko-KR, or just ko); the default voice for a language without one."""
    family = language.partition("-")[0]
    return _USUAL.get(language) or _USUAL_OF_FAMILY.get(family) or DEFAULT_VOICE
