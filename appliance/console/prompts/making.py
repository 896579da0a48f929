"""Audio files and texts as boxes play them: WAV, 8 kHz, mono, 16 bits, made by the very code that a box speaks with.

Programs read what people upload: bounded in time, memory and size, two at a time, in a folder of their own.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path, PurePath

import msgspec

from appliance.console.orders.blobs import MOST_BYTES
from appliance.console.prompts.errors import PromptError
from appliance.contact.settings import SpeechSettings
from appliance.contact.speech.conversion import convert
from appliance.contact.speech.programs import Patience
from appliance.contact.speech.sound import ENDINGS, RATE_HZ, SAMPLE_BYTES
from appliance.contact.speech.speaker import MOST_CHARACTERS, Speaker, engines
from appliance.errors import ContactError, FlowError
from appliance.flow.commands import Message

LIMIT_S = 60.0
LONGEST_S = 1800.0
_MAKING = asyncio.Semaphore(2)


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """wav: a whole file."""

    wav: bytes
    seconds: float


async def of_file(content: bytes, file_name: str) -> Sound:
    """Of an audio file in any format the box takes; its ending says which. Raises PromptError."""
    ending = PurePath(file_name).suffix.removeprefix(".").lower()
    if ending not in ENDINGS:
        raise PromptError(f"the file's name must end in one of {', '.join(sorted(ENDINGS))}")
    if len(content) > MOST_BYTES:
        raise PromptError(f"the file is too large; at most {MOST_BYTES // 1_000_000} MB are taken")
    return await _made(lambda: _converted(content, ending))


async def of_text(text: str, *, language: str, voice: str, speech: SpeechSettings) -> Sound:
    """Of words, or of SSML where they begin with <speak. Raises PromptError."""
    words = text.strip()
    if not any(letter.isalnum() for letter in words):
        raise PromptError("there is nothing to say; type what callers shall hear")
    if len(words) > MOST_CHARACTERS:
        raise PromptError(f"the text has {len(words)} characters; at most {MOST_CHARACTERS} are spoken")
    marked = words.startswith("<speak")
    message = Message(
        text=None if marked else words, ssml=words if marked else None, language=language, voice=voice
    )  # fmt: skip
    return await _made(lambda: _spoken(message, speech))


async def _made(work: Callable[[], bytes]) -> Sound:
    async with _MAKING:
        try:
            pcm = await asyncio.to_thread(work)
        except (ContactError, FlowError) as error:
            raise PromptError(str(error)) from error
        except OSError as error:
            raise PromptError(f"the sound can't be made on this machine: {error.strerror}; see the log") from error
    seconds = len(pcm) / RATE_HZ / SAMPLE_BYTES
    if seconds > LONGEST_S:
        raise PromptError(f"it is {seconds / 60:.0f} minutes long; at most {LONGEST_S / 60:.0f} are taken")
    return Sound(wav=_as_wav(pcm), seconds=seconds)


def _converted(content: bytes, ending: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="linekeeper-prompt-") as folder:
        file = Path(folder) / f"upload.{ending}"
        file.write_bytes(content)
        return convert(file, Patience(LIMIT_S))


def _spoken(message: Message, speech: SpeechSettings) -> bytes:
    speaker = Speaker(speech, engines(speech))
    try:
        pcm = speaker.speak(message, Patience(LIMIT_S)).pcm
    finally:
        speaker.close()
    if not pcm.strip(b"\0"):
        raise PromptError("nothing of it can be said by this voice; choose another, or another text")
    return pcm


def _as_wav(pcm: bytes) -> bytes:
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm)
    return whole.getvalue()
