"""Numbers as callers type them."""

from __future__ import annotations

import pytest

from appliance.dialplan import DialPlan
from appliance.flow.phone import may_be_called_back, possible_number, typed_number
from appliance.ids import Extension, TrunkId


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
def test_possible_number_when_in_any_spelling_then_e164_or_none(text, number):
    assert possible_number(text, "US", None) == number


@pytest.mark.parametrize(
    ("text", "inside", "possible", "callable_"),
    [
        ("+12065550100", False, "+12065550100", True),
        ("101", False, "101", False),
        ("101", True, "101", True),
        ("911", True, "911", False),
        ("+1911", True, "+1911", False),
        ("+12065550199", False, "+12065550199", False),
        ("+19995550100", False, "+19995550100", False),
        ("x", False, None, False),
    ],
)
def test_callback_when_plan_is_known_then_neither_emergency_nor_inside_nor_the_box(text, inside, possible, callable_):
    plan = DialPlan(
        extensions={Extension("101"): None},
        numbers={"+12065550199": "branch"},
        trunks=(TrunkId("acme"),),
        callbacks_inside=inside,
    )
    found = possible_number(text, "US", plan)
    assert found == possible
    if found is not None:
        assert may_be_called_back(found, "US", plan) is callable_
