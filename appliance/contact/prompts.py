"""Turns messages into WAV files the bridge can play: speech made once and kept by content, audio files converted once.

Nothing here waits: making a file runs in child processes that the caller polls. The text goes in by standard input,
never by argv. A file in the cache is complete or absent (written aside, then renamed).
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import re
import subprocess
import wave
from pathlib import Path

from appliance.errors import ContactError
from appliance.flow.commands import Message

RATE_HZ = 8000
ENGINE = "espeak-ng-1"  # part of the cache key: change it when the same text must sound different
MAX_TEXT = 6000
Child = subprocess.Popen[bytes]
_TAGS = re.compile(r"<[^>]*>")
_ESPEAK_VOICES = {"en-us": "en-us", "en-gb": "en-gb", "ko-kr": "ko", "ja-jp": "ja", "pt-br": "pt-br"}
_TO_BRIDGE = ("-r", str(RATE_HZ), "-c", "1", "-b", "16", "-e", "signed-integer")


class Rendering:
    """A WAV file in the making. `poll()` until it is True; then the file is there. ContactError: it can't be made."""

    def __init__(self, target: Path, children: list[Child], aside: Path) -> None:
        self.target = target
        self._children = children
        self._aside = aside

    def poll(self) -> bool:
        """Whether the file is complete. Raises ContactError when a child failed."""
        codes = [child.poll() for child in self._children]
        if None in codes:
            return False
        if any(codes) or not self._aside.exists():
            self._aside.unlink(missing_ok=True)
            raise ContactError(f"speech or conversion failed (exit codes {codes}); is espeak-ng and sox installed?")
        try:
            self._aside.replace(self.target)
        except OSError as error:
            raise ContactError(f"{self.target} can't be kept: {error}") from error
        return True

    def abandon(self) -> None:
        """Stop making it."""
        for child in self._children:
            child.kill()
            child.wait()
        self._aside.unlink(missing_ok=True)


class Prompts:
    """The prompt folder of a box: `<name>.wav` by PromptId, `cache/` for everything made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cache = folder / "cache"
        self._cache.mkdir(parents=True, exist_ok=True)
        self._made = itertools.count()

    def find(self, message: Message) -> Path | Rendering:
        """The playable file of `message`, or its making. Raises ContactError for a prompt that doesn't exist."""
        try:
            return self._find(message)
        except OSError as error:
            raise ContactError(f"prompts in {self._folder} can't be used: {error}") from error

    def _find(self, message: Message) -> Path | Rendering:
        if message.prompt is not None:
            return self._file(message.prompt)
        if message.uri is not None:
            raise ContactError(f"media {message.uri} is not on this box; import it as a prompt")
        return self._speech(message.text or _TAGS.sub(" ", message.ssml or ""), message.language)

    def _file(self, name: str) -> Path | Rendering:
        """PromptId, ARN (…/prompt/<id>) or name; any audio format sox reads is converted once."""
        stem = name.rsplit("/", 1)[-1]
        found = [path for path in self._folder.iterdir() if path.stem == stem and _is_sound(path)]
        if found:
            path = max(found, key=lambda path: (path.suffix == ".wav", path.name))
            return path if _playable(path) else self._converted(path)
        raise ContactError(f"prompt {stem!r} does not exist; put an audio file of that name into {self._folder}")

    def _converted(self, path: Path) -> Path | Rendering:
        stat = path.stat()
        key = hashlib.sha256(f"{path.name}:{stat.st_mtime_ns}:{stat.st_size}".encode()).hexdigest()
        target = self._cache / f"{key}.wav"
        if _playable(target):
            return target
        aside = self._aside(target)
        return Rendering(target, [_start(["sox", str(path), *_TO_BRIDGE, str(aside)])], aside)

    def _speech(self, text: str, language: str) -> Path | Rendering:
        voice = _ESPEAK_VOICES.get(language.lower(), language.split("-", maxsplit=1)[0].lower())
        key = hashlib.sha256(f"{ENGINE}:{voice}:{text}".encode()).hexdigest()
        target = self._cache / f"{key}.wav"
        if _playable(target):
            return target
        aside = self._aside(target)
        return Rendering(target, _speak(text, voice, aside), aside)

    def _aside(self, target: Path) -> Path:
        """Where a file is made: one of its own each time, the same text may be wanted twice at once."""
        return target.with_name(f".{target.stem}.{os.getpid()}.{next(self._made)}.wav")


def duration_s(path: Path) -> float:
    """Seconds of audio in a WAV file. Raises ContactError for anything else."""
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error) as error:
        raise ContactError(f"{path} is no WAV file: {error}; convert it with sox") from error


def _playable(path: Path) -> bool:
    with contextlib.suppress(OSError, EOFError, wave.Error), wave.open(str(path), "rb") as file:
        return file.getnchannels() == 1 and file.getsampwidth() == 2 and file.getframerate() == RATE_HZ
    return False


def _is_sound(path: Path) -> bool:
    """Whether the file may be one: not hidden (those are in the making), with an ending, and a file."""
    return not path.name.startswith(".") and path.suffix != "" and path.is_file()


def _start(command: list[str], stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL) -> Child:
    try:
        return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL)
    except OSError as error:
        raise ContactError(f"{command[0]} can't be started ({error}); install it with apt") from error


def _speak(text: str, voice: str, aside: Path) -> list[Child]:
    """espeak-ng | sox. The text (≤ 6,000 characters) fits into the pipe, so writing it never blocks."""
    reading, writing = os.pipe()
    try:
        speaker = _start(
            ["espeak-ng", "--stdin", "--stdout", "-v", voice, "-s", "160", "-b", "1"], subprocess.PIPE, writing
        )
        from_speaker = ["-t", "wav", "--ignore-length", "-"]
        converter = _start(["sox", *from_speaker, *_TO_BRIDGE, str(aside), "pad", "0", "0.1"], reading)
    finally:
        os.close(reading)
        os.close(writing)
    if speaker.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            speaker.stdin.write(text[:MAX_TEXT].encode())
            speaker.stdin.close()
    return [speaker, converter]
