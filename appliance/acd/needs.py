"""What waiting contacts ask of agents, each distinct demand once, with who meets it worked out on first sight.

Contacts that ask the same share one `Need`, which is the part of a lane's key that routing criteria make. Knows no
time: which step of a contact's criteria is in force is said by `criteria`.
"""

from __future__ import annotations

from collections.abc import Callable

from appliance.acd.criteria import meets
from appliance.acd.model import AgentPlan
from appliance.events.criteria import Expression
from appliance.ids import AgentId

PlanOf = Callable[[AgentId], AgentPlan]
MOST_KEPT = 1024  # distinct demands; beyond it equal ones no longer share their answers, which costs time only


class Need:
    """One demand. An answer holds as long as the agent's plan is the one it was given for."""

    __slots__ = ("_answers", "_expression", "_plan_of")

    def __init__(self, expression: Expression, plan_of: PlanOf) -> None:
        self._expression = expression
        self._plan_of = plan_of
        self._answers: dict[AgentId, tuple[AgentPlan, bool]] = {}

    def admits(self, agent: AgentId) -> bool:
        """Whether `agent`, who must be employed, meets it."""
        plan = self._plan_of(agent)
        answer = self._answers.get(agent)
        if answer is None or answer[0] is not plan:
            answer = self._answers[agent] = (plan, meets(plan, self._expression))
        return answer[1]


class Needs:
    """The demands met so far, by expression."""

    def __init__(self, plan_of: PlanOf) -> None:
        self._plan_of = plan_of
        self._known: dict[Expression, Need] = {}

    def of(self, expression: Expression | None) -> Need | None:
        """The need of `expression`; None where nothing is asked."""
        if expression is None:
            return None
        need = self._known.get(expression)
        if need is None:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            need = self._known[expression] = Need(expression, self._plan_of)
        return need
