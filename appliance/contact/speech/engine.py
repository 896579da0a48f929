"""What a speech engine is: words in one manner to samples. Implementations: `espeak`, `piper`."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from appliance.contact.speech.programs import Patience


class Voice(NamedTuple):
    """A local voice. engine: "espeak-ng" or "piper"; name: espeak-ng's voice or a model; speaker: one of its."""

    engine: str
    name: str
    speaker: int = 0


class Manner(NamedTuple):
    """Factors; 1.0 is the voice's own. An engine that can't change pitch says so by ignoring it."""

    rate: float = 1.0
    pitch: float = 1.0


class Sound(NamedTuple):
    """Mono 16 bit samples, little endian, at any rate."""

    pcm: bytes
    rate_hz: int


class Engine(Protocol):
    """One way of making speech. May be called from several threads at a time."""

    def speak(self, text: str, voice: Voice, manner: Manner, patience: Patience) -> Sound:
        """`text` spoken, without silence before and after it. Raises ContactError: no such voice, failed, too slow."""

    def close(self) -> None:
        """End what runs. Safe to call twice."""
