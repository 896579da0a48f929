"""Numbers, ages and times as a reader sees them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from appliance.console.pages.language import Language, chosen_language
from appliance.console.pages.shown import NOTHING, Shown, moment_of, zone_called

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC).timestamp()
ENGLISH = Shown(language=Language.ENGLISH, zone=UTC, now=NOW)
SEOUL = Shown(language=Language.KOREAN, zone=ZoneInfo("Asia/Seoul"), now=NOW)


@pytest.mark.parametrize(
    ("seconds", "english", "korean"),
    [
        (0, "just now", "방금"),
        (-3, "just now", "방금"),
        (42, "42 s ago", "42초 전"),
        (180, "3 min ago", "3분 전"),
        (7_300, "2 h ago", "2시간 전"),
        (86_400, "1 d ago", "1일 전"),
        (86_400 * 90, "90 d ago", "90일 전"),
    ],
)
def test_ago_when_said_then_the_largest_unit(seconds: float, english: str, korean: str) -> None:
    assert ENGLISH.ago(seconds) == english
    assert SEOUL.ago(seconds) == korean


def test_age_when_rendered_then_it_carries_its_instant_and_escapes() -> None:
    age = SEOUL.age(NOW - 180)
    assert f'data-age="{int(NOW - 180)}"' in age
    assert 'datetime="2026-11-22T03:01:05+00:00"' in age
    assert "12:01:05" in age
    assert "3분 전" in age


def test_text_when_markup_is_filled_in_then_markup_and_the_rest_escaped() -> None:
    said = ENGLISH.text("link.as_of", age=ENGLISH.age(NOW - 3))
    assert said.startswith("as of <time")
    assert ENGLISH.text("frame.zone", zone=Markup("<b>x</b>")) == "Times are in <b>x</b>."
    assert ENGLISH.text("frame.zone", zone="<b>") == "Times are in <b>."


def test_age_when_never_then_it_says_so() -> None:
    assert ENGLISH.age(None) == "never"


def test_instant_when_in_a_zone_then_its_local_time() -> None:
    assert ENGLISH.instant("2026-11-22T03:04:05Z") == "Nov 22, 2026 03:04:05"
    assert SEOUL.instant("2026-11-22T03:04:05Z") == "2026. 11. 22. 12:04:05"
    assert SEOUL.clock(NOW) == "12:04"
    assert SEOUL.day(NOW) == "11월 22일 (일)"
    assert ENGLISH.day(NOW) == "Sun 22 Nov"
    assert ENGLISH.instant(None) == NOTHING


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, NOTHING), (42, "0:42"), (725, "12:05"), (3723.9, "1:02:03"), (270_303, "3 d 3:05:03")]
)
def test_lasted_when_said_then_as_a_stop_watch(seconds: float | None, said: str) -> None:
    assert ENGLISH.lasted(seconds) == said


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 B"), (999, "999 B"), (3_240, "3.2 kB"), (61e9, "61 GB"), (123_456_789, "123 MB"), (5e15, "5,000 TB")],
)
def test_bytes_when_said_then_with_a_fitting_unit(size: float, said: str) -> None:
    assert ENGLISH.bytes(size) == said


def test_amounts_when_said_then_in_the_language() -> None:
    assert ENGLISH.number(12_345) == "12,345"
    assert ENGLISH.number(4.255, 1) == "4.3"
    assert ENGLISH.number(None) == NOTHING
    assert ENGLISH.percent(0.934) == "93%"
    assert ENGLISH.percent(0.0214, 1) == "2.1%"


@pytest.mark.parametrize(
    ("address", "said"),
    [("+82215880001", "+82 2-1588-0001"), ("101", "101"), ("+1", "+1"), ("<script>", "<script>")],
)
def test_phone_when_said_then_as_its_country_writes_it(address: str, said: str) -> None:
    assert ENGLISH.phone(address) == said


def test_phone_when_withheld_then_it_says_so() -> None:
    assert ENGLISH.phone("") == "withheld"


@pytest.mark.parametrize("name", [None, "", "Nowhere/City", "../../etc/passwd", "/etc/localtime", "a" * 500, "\0"])
def test_zone_when_not_known_then_utc(name: str | None) -> None:
    assert zone_called(name) is UTC


def test_zone_name_when_not_utc_then_with_its_offset() -> None:
    assert ENGLISH.zone_name() == "UTC"
    assert SEOUL.zone_name() == "Asia/Seoul (UTC+9:00)"


def test_moment_when_naive_then_utc() -> None:
    assert moment_of(datetime(2026, 1, 1)) == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cookie", "header", "chosen"),
    [
        (None, None, Language.ENGLISH),
        (None, "ko-KR,ko;q=0.9,en;q=0.8", Language.KOREAN),
        (None, "fr-FR, en;q=0.5, ko;q=0.7", Language.KOREAN),
        (None, "ko;q=0, en;q=0.1", Language.ENGLISH),
        (None, "*", Language.ENGLISH),
        (None, "ko;q=very", Language.ENGLISH),
        ("ko", "en", Language.KOREAN),
        ("xx", "ko", Language.KOREAN),
    ],
)
def test_language_when_chosen_then_cookie_before_header(
    cookie: str | None, header: str | None, chosen: Language
) -> None:
    assert chosen_language(cookie, header) is chosen
