"""Human voices where a box has them: Debian's asterisk-core-sounds-{en,es,fr,it,ru}-wav, and what they can say.

`recorded.json` names the folder of a language and the files of a sentence; the five packages name their files alike.
A sentence is taken whole or not at all. Without the packages everything is synthesised.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import msgspec

from appliance.contact.speech.sentences import Builtin
from appliance.contact.speech.voices import family

_DIGITS = re.compile(r"(?<!\S)\d(?:,? \d){2,}(?!\w|[.,]\d)")
_COMPOSED = frozenset({"en"})  # languages whose numbers are tens and units in a row


class Clips(NamedTuple):
    """Files to play one after the other; None is a short pause."""

    files: tuple[Path | None, ...]


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """folders: language → folder; sentences: name → files or `{parameter}`."""

    folders: dict[str, str]
    sentences: dict[str, list[str]]


@functools.cache
def index() -> Index:
    """What comes with the box."""
    return msgspec.json.decode((resources.files(__package__) / "recorded.json").read_bytes(), type=Index)


class Recordings:
    """The recorded voices under `root`; `Recordings(None)` has none."""

    def __init__(self, root: Path | None) -> None:
        self._root = root

    def languages(self) -> list[str]:
        """Language families with a voice on this machine."""
        return [language for language in index().folders if self._folder(language) is not None]

    def sentence(self, asked: Builtin, language: str) -> Clips | None:
        """The recorded sentence, numbers filled in; None where any part of it isn't recorded."""
        folder = self._folder(family(language))
        parts = index().sentences.get(asked.name)
        if folder is None or parts is None:
            return None
        names: list[str] = []
        for part in parts:
            found = _number(folder, asked.parameters, part, language) if part.startswith("{") else [part]
            if not found:
                return None
            names += found
        files = tuple(folder / f"{name}.wav" for name in names)
        return Clips(files) if all(file.is_file() for file in files) else None

    def split(self, text: str, language: str) -> list[str | Clips]:
        """`text` with the digits that are read one by one taken out, three or more in a row."""
        folder = self._folder(family(language))
        if folder is None:
            return [text]
        pieces: list[str | Clips] = []
        end = 0
        for found in _DIGITS.finditer(text):
            pieces += [text[end : found.start()], _digits(folder, found.group())]
            end = found.end()
        return [piece for piece in (*pieces, text[end:]) if piece]

    def _folder(self, language: str) -> Path | None:
        name = index().folders.get(language)
        if self._root is None or name is None:
            return None
        folder = self._root / name
        return folder if all((folder / "digits" / f"{digit}.wav").is_file() for digit in range(10)) else None


def _digits(folder: Path, run: str) -> Clips:
    return Clips(tuple(None if sign == "," else folder / "digits" / f"{sign}.wav" for sign in run if sign != " "))


def _number(folder: Path, parameters: Mapping[str, str], field: str, language: str) -> list[str]:
    """The files of a number up to 999, none where it can't be said."""
    value = parameters.get(field.strip("{}"), "")
    if not re.fullmatch(r"[0-9]{1,3}", value):
        return []
    number = int(value)
    if (folder / "digits" / f"{number}.wav").is_file():
        return [f"digits/{number}"]
    return _composed(number) if family(language) in _COMPOSED else []


def _composed(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    names = [f"digits/{hundreds}", "digits/hundred"] if hundreds else []
    if 0 < rest <= 20 or (rest and rest % 10 == 0):
        return [*names, f"digits/{rest}"]
    return [*names, f"digits/{rest - rest % 10}", f"digits/{rest % 10}"] if rest else names
