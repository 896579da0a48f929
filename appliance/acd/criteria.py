"""Who meets routing criteria, and which step of them is in force. Pure functions of plan, criteria and time."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.acd.model import AgentPlan
from appliance.events.criteria import Condition, Expression, RoutingStep
from appliance.ids import AgentId


def meets(plan: AgentPlan, expression: Expression) -> bool:
    """Whether the agent satisfies `expression`; one that says nothing is satisfied by everybody."""
    if expression.condition is not None:
        return _has(plan, expression.condition) is not expression.condition.negated
    if expression.any_of:
        return any(meets(plan, part) for part in expression.any_of)
    return all(meets(plan, part) for part in expression.all_of)


def _has(plan: AgentPlan, condition: Condition) -> bool:
    if condition.agents:
        return plan.agent in condition.agents
    return any(
        (held.name, held.value) == (condition.name, condition.value) and condition.low <= held.level <= condition.high
        for held in plan.proficiencies
    )


def step_in_force(steps: Sequence[RoutingStep], since: float, now: float) -> tuple[Expression | None, float | None]:
    """What is asked of agents at `now` by steps that began at `since` (seconds, one scale), and until when.

    (None, None) once the last step has expired: anybody may have the contact.
    """
    until = since
    for step in steps:
        if step.duration_s is None:
            return step.expression, None
        until += step.duration_s
        if now < until:
            return step.expression, until
    return None, None


def only(agent: AgentId) -> Expression:
    """Nobody else."""
    return Expression(condition=Condition(agents=(agent,)))
