"""Reads routing criteria as flows write them (reference/connect/resources.md, RoutingCriteria) into `events.criteria`.

Names, values and numbers may be references. Agents who are not on this box are left out of a condition; where none of
the named ones is, the criteria can't be met and are refused. Decides nothing about routing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from appliance.errors import FlowError
from appliance.events.criteria import HIGHEST_LEVEL, LOWEST_LEVEL, Condition, Expression, RoutingStep
from appliance.flow.conditions import number
from appliance.ids import AgentId

LONGEST_NAME, LONGEST_VALUE = 100, 128
DEEPEST = 8  # expressions within expressions
_AT_LEAST = frozenset({"", "NumberGreaterOrEqualTo", ">="})
_EXACTLY = frozenset({"NumberEquals", "=", "=="})
_FORMS = ("AttributeCondition", "NotAttributeCondition", "AndExpression", "OrExpression")


class CriteriaReader:
    """`text` makes a parameter's references into text; `agent` finds a local agent by any name, None for no such."""

    def __init__(self, text: Callable[[Any], str], agent: Callable[[str], AgentId | None]) -> None:
        self._text = text
        self._agent = agent

    def steps(self, criteria: object) -> tuple[RoutingStep, ...]:
        """Every step in order; an empty list asks nothing of anybody. Raises FlowError that says what is wrong."""
        steps = criteria.get("Steps") if isinstance(criteria, Mapping) else None
        if not isinstance(steps, list):
            raise _unusable("RoutingCriteria has no list of Steps")
        return tuple(self._step(step) for step in steps)

    def _step(self, step: object) -> RoutingStep:
        if not isinstance(step, Mapping):
            raise _unusable("a step is no object")
        return RoutingStep(expression=self._expression(step.get("Expression")), duration_s=self._duration(step))

    def _duration(self, step: Mapping[str, Any]) -> float | None:
        expiry = step.get("Expiry")
        if not isinstance(expiry, Mapping) or not expiry:
            return None
        seconds = number(self._text(expiry.get("DurationInSeconds")))
        if seconds is None or seconds <= 0:
            raise _unusable("Expiry has no DurationInSeconds above 0")
        return seconds

    def _expression(self, found: object, depth: int = 0) -> Expression:
        forms = [form for form in _FORMS if found.get(form) is not None] if isinstance(found, Mapping) else []
        if len(forms) != 1 or not isinstance(found, Mapping) or depth >= DEEPEST:
            raise _unusable(f"an Expression has exactly one of {', '.join(_FORMS)}, at most {DEEPEST} deep")
        form, content = forms[0], found[forms[0]]
        if form in ("AttributeCondition", "NotAttributeCondition"):
            return Expression(condition=self._condition(content, negated=form.startswith("Not")))
        if not isinstance(content, list) or not content:
            raise _unusable(f"{form} has no list of expressions")
        parts = tuple(self._expression(part, depth + 1) for part in content)
        return Expression(all_of=parts) if form == "AndExpression" else Expression(any_of=parts)

    def _condition(self, found: object, *, negated: bool) -> Condition:
        if not isinstance(found, Mapping):
            raise _unusable("a condition is no object")
        operator = self._text(found.get("ComparisonOperator"))
        if operator == "Match" or found.get("MatchCriteria") is not None:
            return Condition(agents=self._agents(found.get("MatchCriteria")), negated=negated)
        name, value = self._text(found.get("Name")), self._text(found.get("Value"))
        if not 0 < len(name) <= LONGEST_NAME or not 0 < len(value) <= LONGEST_VALUE:
            raise _unusable("a condition names no attribute with a value")
        low, high = self._levels(operator, found)
        return Condition(name=name, value=value, low=low, high=high, negated=negated)

    def _levels(self, operator: str, found: Mapping[str, Any]) -> tuple[float, float]:
        span = found.get("Range")
        if operator == "Range" or isinstance(span, Mapping):
            ends = span if isinstance(span, Mapping) else {}
            low, high = self._level(ends.get("MinProficiencyLevel")), self._level(ends.get("MaxProficiencyLevel"))
        elif operator in _EXACTLY:
            low = high = self._level(found.get("ProficiencyLevel"))
        elif operator in _AT_LEAST:
            low, high = self._level(found.get("ProficiencyLevel")), HIGHEST_LEVEL
        else:
            raise _unusable(f"there is no ComparisonOperator {operator}; use NumberGreaterOrEqualTo, Range or Match")
        if low > high:
            raise _unusable(f"no level is from {low:g} to {high:g}")
        return low, high

    def _level(self, found: object) -> float:
        if found is None:
            return LOWEST_LEVEL
        level = number(self._text(found))
        if level is None or not LOWEST_LEVEL <= level <= HIGHEST_LEVEL:
            raise _unusable(f"a level is from {LOWEST_LEVEL:g} to {HIGHEST_LEVEL:g}")
        return level

    def _agents(self, found: object) -> tuple[AgentId, ...]:
        wanted = found.get("AgentsCriteria") if isinstance(found, Mapping) else None
        names = wanted.get("AgentIds") if isinstance(wanted, Mapping) else None
        here = [self._agent(self._text(name)) for name in names] if isinstance(names, list) else []
        agents = tuple(dict.fromkeys(agent for agent in here if agent is not None))
        if not agents:
            raise _unusable("MatchCriteria names no agent of this box")
        return agents


def _unusable(problem: str) -> FlowError:
    return FlowError(f"{problem}; see UpdateContactRoutingCriteria", ())
