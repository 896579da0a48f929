"""Who talked with which customer last, by the customer's number: what last-agent routing goes by.

In memory, filled from the store at the start. The numbers are never logged; of too many customers those are forgotten
who have not called for longest.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from appliance.ids import AgentId

MOST_KEPT = 20_000
_NOBODY = frozenset({"", "anonymous", "unknown", "restricted", "unavailable", "private"})  # of callers without a number


class LastAgents:
    """`of` a customer, after `note` of each talk."""

    def __init__(self) -> None:
        self._agents: OrderedDict[str, AgentId] = OrderedDict()

    def of(self, customer: str) -> AgentId | None:
        return self._agents.get(customer)

    def note(self, customer: str, agent: AgentId) -> None:
        """`agent` talks with `customer` now."""
        if customer.lower() in _NOBODY:
            return
        self._agents[customer] = agent
        self._agents.move_to_end(customer)
        if len(self._agents) > MOST_KEPT:
            self._agents.popitem(last=False)

    def load(self, talks: Iterable[tuple[str, AgentId]]) -> None:
        """What was before, oldest first."""
        for customer, agent in talks:
            self.note(customer, agent)
