"""The pages' words: both languages say everything, and everything that is asked for is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from appliance.console.pages import texts
from appliance.console.pages.language import Language
from appliance.console.pages.texts import Catalogue, Text, TextsError, catalogue, filled, places

PAGES = Path(texts.__file__).parent
CONSOLE = PAGES.parent
_ASKED = re.compile(r"""(?:\bt|\btext|\bs\.text)\(\s*["']([a-z_]+(?:\.[a-z0-9_]+)+)["']\s*[,)]""")
_BUILT = re.compile(r"""(?:\bt|\btext|\bs\.text)\(\s*f?["']([a-z_]+\.[a-z0-9_.]*)(?:["']\s*~|\{)""")
_FORMATTED = re.compile(r"""\bf["']([a-z_]+\.)\{""")
_WORDS = re.compile(r"""\bword\(\s*["']([a-z_]+(?:\.[a-z_]+)*)["']""")


def sources() -> list[Path]:
    return [*CONSOLE.rglob("*.html"), *CONSOLE.rglob("*.py")]


def asked() -> dict[str, Path]:
    return {key: path for path in sources() for key in _ASKED.findall(path.read_text(encoding="utf-8"))}


def families() -> set[str]:
    """Beginnings of keys whose last part comes from data."""
    found: set[str] = {"menu."}
    for path in sources():
        text = path.read_text(encoding="utf-8")
        found |= (
            set(_BUILT.findall(text))
            | set(_FORMATTED.findall(text))
            | {f"{family}." for family in _WORDS.findall(text)}
        )
    return found


def test_texts_when_asked_for_then_each_is_there() -> None:
    missing = {key: path.name for key, path in asked().items() if not catalogue().has(key)}
    assert missing == {}
    assert len(asked()) > 10


def test_texts_when_there_then_somebody_asks_for_them() -> None:
    begun = tuple(families())
    plain = {key for key in catalogue().texts if not key.startswith(begun)}
    quoted = "\n".join(path.read_text(encoding="utf-8") for path in sources())
    known = asked()
    assert {key for key in plain if key not in known and f'"{key}"' not in quoted} == set()


def test_texts_when_korean_then_they_are_korean() -> None:
    """A text without Hangul is an abbreviation or a number's frame, not a translation that somebody forgot."""
    words = {key: re.sub(r"\{[a-z_]+\}", "", text.en) for key, text in catalogue().texts.items()}
    same = {key for key, text in catalogue().texts.items() if text.ko == text.en and re.search("[a-z]{3}", words[key])}
    assert same == set()


def test_text_when_one_then_english_knows_it() -> None:
    text = Text(en="{n} events", one="{n} event", ko="이벤트 {n}건")
    assert text.said(Language.ENGLISH, {"n": 1}) == "{n} event"
    assert text.said(Language.ENGLISH, {"n": 2}) == "{n} events"
    assert text.said(Language.KOREAN, {"n": 1}) == "이벤트 {n}건"
    assert filled("{n} events", "a.b", {"n": 2}) == "2 events"


def test_catalogue_when_a_key_is_missing_then_it_says_which() -> None:
    with pytest.raises(TextsError, match=r"there is no text 'fleet\.nothing_of_the_kind'"):
        Catalogue({}).wording(Language.ENGLISH, "fleet.nothing_of_the_kind", {})


def test_catalogue_when_a_place_is_not_filled_then_it_says_which() -> None:
    with pytest.raises(TextsError, match="needs a value for 'n'"):
        filled("{n}", "a.b", {})


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ('[b]\nx = { en = "a", ko = "a" }', "its keys begin with 'a'"),
        ('[a]\nx = { en = "a" }', "missing required field"),
        ('[a]\nx = { en = "{n}", ko = "{m}" }', "different places"),
        ('[a]\nx = { en = "a", ko = "a", fr = "a" }', "unknown field"),
    ],
)
def test_table_when_wrong_then_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, fault: str
) -> None:
    (tmp_path / "a.toml").write_text(table)
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    with pytest.raises(TextsError, match=fault):
        catalogue.__wrapped__()


def test_places_when_read_then_their_names() -> None:
    assert places("{n} of {all}, {{no}}") == {"n", "all"}
