"""Whether a condition holds (reference section 2, "Operators"). Text is compared with its case; numbers that are
none never match. Never raises."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from appliance.flow.model import Choice, Condition

Resolve = Callable[[str], str]


def number(value: object) -> float | None:
    """`value` (text, number) as a finite number; None otherwise."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def holds(condition: Condition, value: str, resolve: Resolve) -> bool:
    """Whether `value` meets `condition`; `resolve` makes an operand's references into text."""
    if (joined := _JOINED.get(condition.operator)) is not None:
        return joined(holds(part, value, resolve) for part in condition.operands if isinstance(part, Condition))
    if not condition.operands or not isinstance(condition.operands[0], str):
        return False
    operand = resolve(condition.operands[0])
    if (text := _TEXT.get(condition.operator)) is not None:
        return text(value, operand)
    numeric = _NUMBER.get(condition.operator)
    left, right = number(value), number(operand)
    return numeric is not None and left is not None and right is not None and numeric(left, right)


def first_true(choices: tuple[Choice, ...], value: str, resolve: Resolve) -> Choice | None:
    """The first choice whose condition holds."""
    return next((choice for choice in choices if holds(choice.condition, value, resolve)), None)


def _none_of(parts: Iterable[bool]) -> bool:
    return not any(parts)


_JOINED: dict[str, Callable[[Iterable[bool]], bool]] = {"And": all, "Or": any, "Not": _none_of}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "Equals": lambda value, operand: value == operand,
    "TextStartsWith": lambda value, operand: value.startswith(operand),
    "TextEndsWith": lambda value, operand: value.endswith(operand),
    "TextContains": lambda value, operand: operand in value,
}
_NUMBER: dict[str, Callable[[float, float], bool]] = {
    "NumberGreaterThan": lambda value, operand: value > operand,
    "NumberGreaterOrEqualTo": lambda value, operand: value >= operand,
    "NumberLessThan": lambda value, operand: value < operand,
    "NumberLessOrEqualTo": lambda value, operand: value <= operand,
    "NumericLessThan": lambda value, operand: value < operand,  # spelling of the DistributeByPercentage page
}
OPERATORS = frozenset(_JOINED) | frozenset(_TEXT) | frozenset(_NUMBER)
