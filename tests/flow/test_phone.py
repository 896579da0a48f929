"""Numbers as callers type them."""

from __future__ import annotations

import pytest

from appliance.flow.phone import dialable_number, typed_number


@pytest.mark.parametrize(
    ("digits", "country", "number"),
    [
        ("2065550100", "US", "+12065550100"),
        ("12065550100", "US", "+12065550100"),
        ("01012345678", "KR", "+821012345678"),
        ("821012345678", None, "+821012345678"),
        ("00821012345678", None, "+821012345678"),
        ("123", "US", None),
        ("", "US", None),
        ("*1#", None, None),
        ("2065550100", "XX", None),
    ],
)
def test_typed_number_when_digits_are_given_then_e164_or_none(digits, country, number):
    assert typed_number(digits, country) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("+82 10-1234-5678", "+821012345678"), ("(206) 555-0100", "+12065550100"), ("x", None), ("1", None)],
)
def test_dialable_number_when_in_any_spelling_then_e164_or_none(text, number):
    assert dialable_number(text, "US") == number
