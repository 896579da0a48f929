"""espeak-ng as a speech engine: small, quick, every language; one child process a piece of text.

Its own SSML mode (-m) is not used. Measured with 1.51: a document of one break is no sound at all, and there is
0.3 s of silence at the end that -z does not take away, so that pauses have no right length.
"""

from __future__ import annotations

import math
import re

from appliance.contact.speech.engine import Manner, Sound, Voice
from appliance.contact.speech.programs import Patience, run

PROGRAM = "espeak-ng"
_WORDS_PER_MINUTE = 160
_SLOWEST, _FASTEST = 80, 450  # words a minute that espeak-ng takes
_PITCH_PER_OCTAVE = 70  # measured at -p 25 … 99 with en-us, en-us+f3 and ko+f2
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")  # \x01 begins espeak-ng's commands within a text
_LETTERS = re.compile(r"(?<!\S)\w(?: \w)+(?!\S)")


class Espeak:
    """Speaks by espeak-ng. `Voice.name` is a language with an optional variant ("en-us+f3")."""

    def speak(self, text: str, voice: Voice, manner: Manner, patience: Patience) -> Sound:
        words = plain(text)
        if not words:
            return Sound(b"", 22050)
        options = ("-v", voice.name, "-s", str(speed(manner.rate)), "-p", str(pitch(manner.pitch)))
        command = (PROGRAM, "--stdin", "--stdout", "-b", "1", "-z", *options)
        return _sound(run(command, words.encode(), patience, f"is there a voice {voice.name!r}?"))

    def close(self) -> None:
        """There is nothing to close."""


def plain(text: str) -> str:
    """`text` as words only: no commands, no phonemes in brackets; letters one by one are read as letters."""
    words = " ".join(_CONTROL.sub(" ", text).replace("[[", "[ [").split())
    return _LETTERS.sub(lambda run: _letters(run.group()), words)


def _letters(run: str) -> str:
    """ "a b c" begins with an article for espeak-ng, "A, b, c" doesn't. Runs of digits are read well as they are."""
    return run if run.replace(" ", "").isdecimal() else run.upper().replace(" ", ", ")


def speed(rate: float) -> int:
    """Words a minute, as option -s takes them."""
    return round(min(_FASTEST, max(_SLOWEST, _WORDS_PER_MINUTE * rate)))


def pitch(factor: float) -> int:
    """Option -p for a pitch `factor` times the voice's own."""
    return round(min(99, max(0, 50 + _PITCH_PER_OCTAVE * math.log2(max(0.1, factor)))))


def _sound(wav: bytes) -> Sound:
    """A WAV stream's header tells no true length; the rate stands at byte 24, samples begin at 44."""
    samples = wav[44:]
    rate_hz = int.from_bytes(wav[24:28], "little") if len(wav) >= 44 else 22050
    return Sound(samples[: len(samples) // 2 * 2], rate_hz)
