"""Prompts as a person keeps them: what is in the folder, and putting a file there in the form the bridge plays.

Used by commands. A prompt under another name is never touched, and a half one is never seen.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from appliance.contact.media.prompts import OWN_SOUNDS, is_sound, sound_file
from appliance.contact.speech.conversion import convert
from appliance.contact.speech.programs import Patience
from appliance.contact.speech.sound import RATE_HZ, SAMPLE_BYTES, duration_s, playable, write_wav
from appliance.errors import ContactError

LIMIT_S = 300.0  # an hour of music on a small box
_NAME = re.compile(r"\w[\w .()+,'&-]{0,99}")


class PromptFile(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt. seconds: None where it has to be converted first, which happens at its first use or before."""

    name: str
    file: str
    bytes: int
    seconds: float | None


def prompt_files(folder: Path) -> list[PromptFile]:
    """All prompts by name, among them the box's own sounds that nobody has replaced. Raises ContactError where the
    folder can't be read."""
    try:
        put = [path for path in folder.iterdir() if is_sound(path)]
        names = {path.stem for path in put}
        own = [path for path in (folder / OWN_SOUNDS).glob("*") if is_sound(path) and path.stem not in names]
        return [
            PromptFile(
                name=path.stem,
                file=str(path.relative_to(folder)),
                bytes=path.stat().st_size,
                seconds=round(duration_s(path), 1) if playable(path) else None,
            )
            for path in sorted((*put, *own), key=lambda path: path.name)
        ]
    except OSError as error:
        raise ContactError(f"prompts in {folder} can't be read: {error.strerror}; use sudo") from error


def import_prompt(folder: Path, source: Path, name: str, *, replace: bool) -> PromptFile:
    """Convert `source` and keep it as prompt `name`. Raises ContactError: no sound, a bad name, already there."""
    if not _NAME.fullmatch(name):
        raise ContactError(f"{name!r} can't be a prompt's name; use letters, digits, blanks and - _ . with --name")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = sound_file(folder, name)
        if known is not None and not replace:
            raise ContactError(f"there is a prompt {name!r} already ({known}); replace it with --replace")
        pcm = convert(source, Patience(LIMIT_S))
        return _kept(folder, known, name, pcm)
    except OSError as error:
        raise ContactError(f"{source} can't become a prompt in {folder}: {error.strerror}; use sudo") from error


def _kept(folder: Path, known: Path | None, name: str, pcm: bytes) -> PromptFile:
    target = folder / f"{name}.wav"
    aside = folder / f".{os.getpid()}.{name}.wav"
    try:
        write_wav(aside, pcm)
        aside.chmod(0o644)  # the service reads what root imports
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    if known is not None and known.stem == name and known != target:
        known.unlink()
    seconds = len(pcm) / RATE_HZ / SAMPLE_BYTES
    return PromptFile(name=name, file=target.name, bytes=target.stat().st_size, seconds=round(seconds, 1))
