"""Korean numbers as people say them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.speech.korean import as_said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1번째", "첫 번째"),
        ("3 번째입니다", "세 번째입니다"),
        ("11번째", "열한 번째"),
        ("20번째", "스무 번째"),
        ("21번째", "스물한 번째"),
        ("99번째", "아흔아홉 번째"),
        ("100번째", "100번째"),
        ("3번", "3번"),
        ("4명이 기다립니다", "네 명이 기다립니다"),
        ("2개월", "2개월"),
        ("2개", "두 개"),
        ("오후 3시에", "오후 세 시에"),
        ("3시간 10분", "세 시간 10분"),
        ("3시스템", "3시스템"),
        ("1.5명", "1 점 오명"),
        ("2026년 6월 10일", "2026년 유월 10일"),
        ("2026년 10월 6일", "2026년 시월 6일"),
        ("16월", "16월"),
        ("42.5 달러", "42 점 오 달러"),
        ("3.05", "3 점 영 오"),
        ("2026.11.22", "2026.11.22"),
        ("0 1 0, 1 2 3 4", "공 1 공, 1 2 3 4"),
        ("010-1234-5678", "공 1 공, 1 2 3 4, 5 6 7 8"),
        ("1588-0000번으로", "1 5 8 8, 공 공 공 공번으로"),
        ("2026-11-22", "2026-11-22"),
        ("10 20 30", "10 20 30"),
        ("100,000원", "100,000원"),
        ("안녕하세요", "안녕하세요"),
    ],
)
def test_as_said_when_written_with_numbers_then_as_a_person_says_it(written: str, said: str) -> None:
    assert as_said(written) == said


@given(st.text(max_size=40))
def test_as_said_when_text_has_no_numbers_then_nothing_changes(text: str) -> None:
    words = re.sub(r"\d", "", text)
    assert as_said(words) == words


@given(st.text("0123456789.,- 번째명개시월", max_size=30))
def test_as_said_when_any_numbers_then_no_letter_is_lost(text: str) -> None:
    assert [char for char in as_said(text) if char in "번째명개"] == [char for char in text if char in "번째명개"]
