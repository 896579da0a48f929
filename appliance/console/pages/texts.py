"""Every word of the pages, in both languages: tables in `texts/*.toml`, checked as they are read.

    [fleet.behind]
    en = "{n} events behind"
    one = "{n} event behind"        # English for n = 1; Korean has no such form
    ko = "미전송 이벤트 {n}건"

The file's name is the first part of its keys. A key that is missing is an error, never an empty place on a page.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

from appliance.console.pages.language import Language
from appliance.errors import ConsoleError

FOLDER = Path(__file__).with_name("texts")


class TextsError(ConsoleError):
    """A text that is missing, or not the same in both languages."""


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One text; one: English for n = 1."""

    en: str
    ko: str
    one: str = ""

    def said(self, language: Language, values: Mapping[str, object]) -> str:
        """The wording for these values, its places not yet filled."""
        if language is Language.KOREAN:
            return self.ko
        return self.one if self.one and values.get("n") in (1, "1") else self.en


class Catalogue:
    """All texts by key."""

    def __init__(self, texts: Mapping[str, Text]) -> None:
        self.texts = dict(texts)

    def wording(self, language: Language, key: str, values: Mapping[str, object]) -> str:
        """Raises TextsError for a key that is in no table."""
        text = self.texts.get(key)
        if text is None:
            raise TextsError(f"there is no text {key!r}; add it to appliance/console/pages/texts")
        return text.said(language, values)

    def has(self, key: str) -> bool:
        return key in self.texts


def filled(wording: str, key: str, values: Mapping[str, object]) -> str:
    """With its places filled; markup stays markup. Raises TextsError for a place that no value fills."""
    try:
        return wording.format_map(values)
    except KeyError as error:
        raise TextsError(f"text {key!r} needs a value for {error}") from error


def places(wording: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(wording) if name)


@cache
def catalogue() -> Catalogue:
    """Read once. Raises TextsError where a table is wrong."""
    return Catalogue({key: text for path in sorted(FOLDER.glob("*.toml")) for key, text in _table(path)})


def _table(path: Path) -> Iterator[tuple[str, Text]]:
    for first, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
        if first != path.stem:
            raise TextsError(f"{path.name} has the table {first!r}; its keys begin with {path.stem!r}")
        yield from _texts(first, entries, path)


def _texts(prefix: str, entries: Mapping[str, object], path: Path) -> Iterator[tuple[str, Text]]:
    for name, entry in entries.items():
        key = f"{prefix}.{name}"
        if isinstance(entry, dict) and not {"en", "ko"} & entry.keys():
            yield from _texts(key, entry, path)
            continue
        try:
            text = msgspec.convert(entry, Text)
        except msgspec.ValidationError as error:
            raise TextsError(f"{path.name}, {key}: {error}") from error
        if places(text.en) != places(text.ko) or (text.one and not places(text.one) <= places(text.en)):
            raise TextsError(f"{path.name}, {key}: the languages have different places in braces")
        yield key, text
