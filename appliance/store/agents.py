"""The agents repository: people who answer, where they ring and which queues they serve."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from appliance.acd.model import AgentPlan, QueueShare
from appliance.ids import AgentId
from appliance.store.connection import Connection, Row
from appliance.store.failures import UnknownReferenceError
from appliance.store.outbox import Outbox

AGENT = "agent"
AGENT_REMOVED = "agent_removed"


class StoredAgent(msgspec.Struct, frozen=True, kw_only=True):
    plan: AgentPlan
    display_name: str = ""


class Agents:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, agent: StoredAgent) -> None:
        """Add the agent or change it. Raises UnknownReferenceError for an extension or queue that doesn't exist or an
        extension that another agent has."""
        plan = agent.plan
        with self._connection.transaction():
            self._require_references(plan)
            self._connection.write(
                "INSERT INTO agents (agent, display_name, extension) VALUES (?, ?, ?)"
                " ON CONFLICT (agent) DO UPDATE"
                " SET display_name = excluded.display_name, extension = excluded.extension",
                (plan.agent, agent.display_name, plan.extension),
            )
            self._connection.write("DELETE FROM agent_queues WHERE agent = ?", (plan.agent,))
            self._connection.write_many(
                "INSERT INTO agent_queues (agent, place, queue, priority, delay_s) VALUES (?, ?, ?, ?, ?)",
                [
                    (plan.agent, place, share.queue, share.priority, float(share.delay_s))
                    for place, share in enumerate(plan.queues)
                ],
            )
            self._outbox.add(AGENT, agent)

    def get(self, agent: AgentId) -> StoredAgent | None:
        rows = self._connection.rows("SELECT * FROM agents WHERE agent = ?", (agent,))
        found = self._with_queues(rows)
        return found[0] if found else None

    def all(self) -> list[StoredAgent]:
        """Every agent by login name."""
        return self._with_queues(self._connection.rows("SELECT * FROM agents ORDER BY agent"))

    def remove(self, agent: AgentId) -> bool:
        """Remove the agent with state and queue shares; False if there was none. Past records keep the name."""
        with self._connection.transaction():
            removed = self._connection.write("DELETE FROM agents WHERE agent = ?", (agent,)) > 0
            if removed:
                self._outbox.add(AGENT_REMOVED, {"agent": agent})
        return removed

    def _require_references(self, plan: AgentPlan) -> None:
        if not self._connection.value("SELECT count(*) FROM extensions WHERE extension = ?", (plan.extension,)):
            raise UnknownReferenceError(
                f"no extension {plan.extension}; add it first: linekeeper extension add {plan.extension}"
            )
        other = self._connection.value(
            "SELECT agent FROM agents WHERE extension = ? AND agent <> ?", (plan.extension, plan.agent)
        )
        if other is not None:
            raise UnknownReferenceError(f"extension {plan.extension} belongs to agent {other}; choose another")
        known = {row["queue"] for row in self._connection.rows("SELECT queue FROM queues")}
        for share in plan.queues:
            if share.queue not in known:
                raise UnknownReferenceError(f"no queue {share.queue}; add it first: linekeeper queue add {share.queue}")

    def _with_queues(self, rows: Iterable[Row]) -> list[StoredAgent]:
        shares: dict[str, list[QueueShare]] = {}
        for row in self._connection.rows("SELECT * FROM agent_queues ORDER BY agent, place"):
            share = QueueShare(queue=row["queue"], priority=row["priority"], delay_s=row["delay_s"])
            shares.setdefault(row["agent"], []).append(share)
        return [_agent(row, shares.get(row["agent"], [])) for row in rows]


def _agent(row: Row, shares: list[QueueShare]) -> StoredAgent:
    plan = AgentPlan(agent=row["agent"], extension=row["extension"], queues=tuple(shares))
    return StoredAgent(plan=plan, display_name=row["display_name"])
