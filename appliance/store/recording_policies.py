"""The repository of recording policies: what is recorded of a queue's or an agent's contacts, beside what flows say."""

from __future__ import annotations

import msgspec

from appliance.ids import AgentId, QueueId
from appliance.store.connection import Connection
from appliance.store.failures import UnknownReferenceError
from appliance.store.outbox import Outbox

RECORDING_POLICY = "recording_policy"
USUAL = "flow"  # what holds for whoever has no row


class StoredPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Of a queue or of an agent, never both. `policy`: "always", "never", or "flow" for none of its own."""

    policy: str
    queue: QueueId | None = None
    agent: AgentId | None = None


class RecordingPolicies:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, policy: StoredPolicy) -> None:
        """Set the policy of its queue or agent. Raises UnknownReferenceError where there is none of that name."""
        place, table = ("queue", "queues") if policy.queue is not None else ("agent", "agents")
        name = policy.queue or policy.agent
        with self._connection.transaction():
            if not self._connection.value(f"SELECT count(*) FROM {table} WHERE {place} = ?", (name,)):
                raise UnknownReferenceError(f"no {place} {name}; see 'linekeeper {place} list'")
            self._connection.write(f"DELETE FROM recording_policies WHERE {place} = ?", (name,))
            if policy.policy != USUAL:
                self._connection.write(
                    f"INSERT INTO recording_policies ({place}, policy) VALUES (?, ?)", (name, policy.policy)
                )
            self._outbox.add(RECORDING_POLICY, policy)

    def all(self) -> list[StoredPolicy]:
        """Every policy but the usual one: queues first, by name."""
        rows = self._connection.rows("SELECT * FROM recording_policies ORDER BY queue IS NULL, queue, agent")
        return [StoredPolicy(policy=row["policy"], queue=row["queue"], agent=row["agent"]) for row in rows]
