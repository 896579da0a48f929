"""The agent states repository: what each agent is doing now, and every change before (for the activity metrics)."""

from __future__ import annotations

import msgspec

from appliance.acd.model import Activity
from appliance.ids import AgentId, ContactId, Extension, QueueId
from appliance.stamps import Stamp
from appliance.store.connection import Connection
from appliance.store.outbox import Outbox

AGENT_STATE = "agent_state"


class AgentState(msgspec.Struct, frozen=True, kw_only=True):
    """Status as chosen, activity as it is. `since`: when this state began; `idle_since`: for longest-idle routing;
    `queue`: where `contact` came from, None for a contact of no queue; `inbound_since`: the last contact of a queue;
    `extension`: where the agent sits, None: nowhere, UNSET: stored by a version that knew of no seats; `wrap_up_until`:
    when the after-contact work under way is over, if it has a limit."""

    agent: AgentId
    status: str
    activity: Activity
    since: Stamp
    idle_since: Stamp
    contact: ContactId | None = None
    next_status: str | None = None
    queue: QueueId | None = None
    inbound_since: Stamp | None = None
    extension: Extension | msgspec.UnsetType | None = msgspec.UNSET
    wrap_up_until: Stamp | None = None


_decode = msgspec.json.Decoder(AgentState).decode


class AgentStates:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, state: AgentState) -> None:
        """The agent's state from now on. The same state again changes nothing. Raises UnknownReferenceError if there is
        no such agent."""
        text = msgspec.json.encode(state).decode()
        with self._connection.transaction():
            changed = self._connection.write(
                "INSERT INTO agent_states (agent, state) VALUES (?, ?)"
                " ON CONFLICT (agent) DO UPDATE SET state = excluded.state WHERE state <> excluded.state",
                (state.agent, text),
            )
            if changed:
                self._connection.write(
                    "INSERT INTO agent_state_changes (agent, since_wall_s, state) VALUES (?, ?, ?)",
                    (state.agent, float(state.since.wall_s), text),
                )
                self._outbox.add(AGENT_STATE, state)

    def get(self, agent: AgentId) -> AgentState | None:
        text = self._connection.value("SELECT state FROM agent_states WHERE agent = ?", (agent,))
        return None if text is None else _decode(text)

    def all(self) -> list[AgentState]:
        """The present state of every agent that has one, by login name."""
        rows = self._connection.rows("SELECT state FROM agent_states ORDER BY agent")
        return [_decode(row["state"]) for row in rows]

    def history(self, agent: AgentId, *, since_wall_s: float = 0.0) -> list[AgentState]:
        """The agent's states that began at or after `since_wall_s`, in the order they were stored."""
        rows = self._connection.rows(
            "SELECT state FROM agent_state_changes WHERE agent = ? AND since_wall_s >= ? ORDER BY id",
            (agent, since_wall_s),
        )
        return [_decode(row["state"]) for row in rows]
