"""A message to samples: markup to spans, each span to its voice or recordings, pauses between them, all in a row.

Blocks while programs run; used by the studio's threads and by `linekeeper prompt say`, never by a contact process.
"""

from __future__ import annotations

import logging
import wave
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from appliance.contact.settings import SpeechSettings
from appliance.contact.speech.conversion import convert, to_bridge
from appliance.contact.speech.engine import Engine, Manner, Voice
from appliance.contact.speech.espeak import PROGRAM, Espeak
from appliance.contact.speech.korean import as_said
from appliance.contact.speech.piper import Piper
from appliance.contact.speech.programs import Patience
from appliance.contact.speech.recorded import Clips, Recordings
from appliance.contact.speech.sentences import builtin, markup, spoken_language
from appliance.contact.speech.sound import RATE_HZ, SAMPLE_BYTES, playable, read_pcm, silence
from appliance.contact.speech.voices import PIPER, family, local_voice, spare_voice
from appliance.errors import ContactError
from appliance.flow.commands import Message
from appliance.flow.ssml import Span, speech_of

MOST_CHARACTERS = 6000  # reference: 6,000 characters of text or SSML
LONGEST_S = 1800.0
CLIP_PAUSE_S = 0.2
TAIL_S = 0.1  # the last phoneme must not touch the end of the file
_log = logging.getLogger(__name__)


class Made(NamedTuple):
    """Samples at RATE_HZ; spare: another voice than the configured one had to speak."""

    pcm: bytes
    spare: bool


def engines(settings: SpeechSettings) -> dict[str, Engine]:
    """Every engine by its name. Starting one costs nothing until it speaks."""
    return {PROGRAM: Espeak(), PIPER: Piper(Path(settings.models))}


class Speaker:
    """Speaks messages. May be used from several threads."""

    def __init__(self, settings: SpeechSettings, known: Mapping[str, Engine]) -> None:
        self._settings = settings
        self._engines = known
        self._recordings = Recordings(Path(settings.recordings) if settings.recordings else None)

    def made_by(self) -> str:
        """Changes when the same message would sound different."""
        return f"{self._settings.voices!r} {self._settings.models} {self._recordings.languages()}"

    def speak(self, message: Message, patience: Patience) -> Made:
        """The sound of text, SSML or a built-in sentence. Raises ContactError with what to do."""
        asked = builtin(message.prompt) if message.prompt else None
        if asked is None:
            return self._spoken(message, message.language, patience)
        if self._is_synthetic(message.language, message.voice):
            found = self._recordings.sentence(asked, message.language)
            if found is not None:
                return Made(self._clips(found, patience) + silence(TAIL_S), spare=False)
        language = spoken_language(message.language)
        text = Message(ssml=markup(asked, message.language), voice=message.voice, language=language)
        return self._spoken(text, language, patience)

    def close(self) -> None:
        """End the engines' processes."""
        for engine in self._engines.values():
            engine.close()

    def _spoken(self, message: Message, language: str, patience: Patience) -> Made:
        pcm = bytearray()
        spare = False
        for span in _spans(message, language):
            for piece in self._pieces(span, message.voice):
                if isinstance(piece, Clips):
                    pcm += self._clips(piece, patience)
                else:
                    part = self._say(piece, span, message.voice, patience)
                    pcm += part.pcm
                    spare |= part.spare
            pcm += silence(span.pause_ms / 1000)
            if len(pcm) > LONGEST_S * RATE_HZ * SAMPLE_BYTES:
                raise ContactError(f"a message is longer than {LONGEST_S:.0f} s; shorten it")
        return Made(bytes(pcm) + silence(TAIL_S), spare)

    def _pieces(self, span: Span, name: str) -> list[str | Clips]:
        plain = (span.rate, span.pitch, span.volume) == (1.0, 1.0, 1.0)
        if plain and self._is_synthetic(span.language, name):
            return self._recordings.split(span.text, span.language)
        return [span.text]

    def _is_synthetic(self, language: str, name: str) -> bool:
        """Whether recordings sound better: a neural voice shouldn't be mixed with somebody else's."""
        return local_voice(language, name, self._settings.voices).engine != PIPER

    def _say(self, text: str, span: Span, name: str, patience: Patience) -> Made:
        if not any(char.isalnum() for char in text):
            return Made(b"", spare=False)
        voice = local_voice(span.language, name, self._settings.voices)
        try:
            return Made(self._sound(text, span, voice, patience), spare=False)
        except ContactError as error:
            spare = spare_voice(span.language, name)
            if voice == spare or not patience.left_s():
                raise
            _log.error("%s speaks instead of %s: %s", spare.name, voice.name, error)
            return Made(self._sound(text, span, spare, patience), spare=True)

    def _sound(self, text: str, span: Span, voice: Voice, patience: Patience) -> bytes:
        engine = self._engines.get(voice.engine)
        if engine is None:
            raise ContactError(f"there is no speech engine {voice.engine!r}; use {', '.join(self._engines)}")
        words = as_said(text) if family(span.language) == "ko" else text
        sound = engine.speak(words, voice, Manner(span.rate, span.pitch), patience)
        pitch = span.pitch if voice.engine == PIPER else 1.0
        return to_bridge(sound, pitch, span.volume, patience) if sound.pcm else b""

    def _clips(self, clips: Clips, patience: Patience) -> bytes:
        return b"".join(silence(CLIP_PAUSE_S) if file is None else _clip(file, patience) for file in clips.files)


def _clip(file: Path, patience: Patience) -> bytes:
    try:
        return read_pcm(file) if playable(file) else convert(file, patience)
    except (OSError, EOFError, wave.Error) as error:
        raise ContactError(f"recorded sound {file} can't be read: {error}; install the package again") from error


def _spans(message: Message, language: str) -> Iterator[Span]:
    text = message.text if message.text is not None else message.ssml
    if text is None:
        raise ContactError(f"prompt {message.prompt or message.uri!r} is no speech; import an audio file of that name")
    if len(text) > MOST_CHARACTERS:
        raise ContactError(f"a message has {len(text)} characters; at most {MOST_CHARACTERS} can be spoken")
    if message.text is not None:
        return iter((Span(text=message.text, language=language),))
    speech = speech_of(text, language)
    for fault in speech.reported:
        _log.warning("SSML: %s", fault)
    return iter(speech.spans)
