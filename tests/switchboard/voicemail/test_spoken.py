"""Messages are announced in words."""

from __future__ import annotations

from datetime import datetime

import pytest

from appliance.switchboard.voicemail.spoken import digits, moment


@pytest.mark.parametrize(
    ("at", "language", "words"),
    [
        (datetime(2026, 11, 22, 16, 5), "en-US", "Sunday, November 22, 4:05 PM"),
        (datetime(2026, 1, 5, 0, 30), "en-US", "Monday, January 5, 12:30 AM"),
        (datetime(2026, 1, 5, 12, 0), "en-GB", "Monday, January 5, 12:00 PM"),
        (datetime(2026, 11, 22, 16, 5), "ko-KR", "11월 22일 오후 4시 5분"),
        (datetime(2026, 11, 22, 0, 5), "ko", "11월 22일 오전 12시 5분"),
    ],
)
def test_moment_when_said_then_as_people_say_it(at: datetime, language: str, words: str) -> None:
    assert moment(at, language) == words


@pytest.mark.parametrize(("number", "words"), [("+12", "1 2"), ("101", "1 0 1"), ("anonymous", ""), ("", "")])
def test_digits_when_of_a_caller_then_one_by_one(number: str, words: str) -> None:
    assert digits(number) == words
