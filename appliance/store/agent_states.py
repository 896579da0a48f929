"""The agent states repository: what each agent is doing now, and every change before (for the activity metrics)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from appliance.acd.model import OFFLINE, Activity
from appliance.ids import AgentId, ContactId, Extension, QueueId
from appliance.metrics.state_spans import StateChange
from appliance.stamps import Stamp
from appliance.store.boots import Boots
from appliance.store.connection import Connection
from appliance.store.outbox import Outbox

AGENT_STATE = "agent_state"


class AgentState(msgspec.Struct, frozen=True, kw_only=True):
    """Status as chosen, activity as it is. `since`: when this state began; `idle_since`: for longest-idle routing;
    `queue`: where `contact` came from, None for a contact of no queue; `inbound_since`: the last contact of a queue;
    `extension`: where the agent sits, None: nowhere, UNSET: stored by a version that knew of no seats; `wrap_up_until`:
    when the after-contact work under way is over, None: it has no limit."""

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
    wrap_up_until: Stamp | msgspec.UnsetType | None = msgspec.UNSET


_decode = msgspec.json.Decoder(AgentState).decode


class AgentStates:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox
        self._boots = Boots(connection)

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
                self._note(state, text)
                self._outbox.add(AGENT_STATE, state)

    def left(self, agent: AgentId, at: Stamp) -> None:
        """The agent is none any more: from `at` on it has no state, in the history it is Offline."""
        state = self.get(agent)
        if state is not None and state.status != OFFLINE:
            gone = AgentState(agent=agent, status=OFFLINE, activity=Activity.IDLE, since=at, idle_since=at)
            self._note(gone, msgspec.json.encode(gone).decode())

    def reprofiled(self, agent: AgentId, at: Stamp) -> None:
        """The agent's routing profile is another from `at` on: in the history, a new stretch of the same state."""
        state = self.get(agent)
        if state is not None:
            again = msgspec.structs.replace(state, since=at)
            self._note(again, msgspec.json.encode(again).decode())

    def _note(self, state: AgentState, text: str) -> None:
        """Add to the history. Once the clock is set, what came before it in this boot is restated."""
        since = state.since
        shift_s = float(since.wall_s - since.mono_s) if since.synced else self._known_shift_s(since)
        synced = shift_s is not None
        wall_s = float(since.wall_s) if shift_s is None else since.mono_s + shift_s
        self._connection.write(
            "INSERT INTO agent_state_changes"
            " (agent, since_wall_s, state, status, activity, boot, mono_s, synced, profile)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, (SELECT routing_profile FROM agents WHERE agent = ?1))",
            (
                state.agent,
                wall_s,
                text,
                state.status,
                state.activity.value,
                since.boot,
                float(since.mono_s),
                int(synced),
            ),
        )
        self._boots.alive(since)
        if shift_s is not None:
            self._connection.write(
                "UPDATE agent_state_changes SET since_wall_s = mono_s + ?, synced = 1 WHERE boot = ? AND synced = 0",
                (shift_s, since.boot),
            )

    def _known_shift_s(self, since: Stamp) -> float | None:
        """Wall time less monotonic time, as this boot has known it since its clock was set; None if it never was."""
        shift_s: float | None = self._connection.value(
            "SELECT since_wall_s - mono_s FROM agent_state_changes WHERE boot = ? AND synced = 1"
            " ORDER BY id DESC LIMIT 1",
            (since.boot,),
        )
        return shift_s

    def changes(self) -> Iterator[StateChange]:
        """The history of all agents in the order in which it was stored, wall times restated."""
        rows = self._connection.rows(
            "SELECT agent, status, activity, boot, mono_s, since_wall_s AS wall_s, profile FROM agent_state_changes"
            " ORDER BY id"
        )
        return (StateChange(**row) for row in rows)

    def forget_before(self, wall_s: float) -> int:
        """Delete the history of states that had ended by then; the latest one of each agent stays. Returns how many."""
        return self._connection.write(
            "DELETE FROM agent_state_changes AS old WHERE since_wall_s < ?1 AND EXISTS (SELECT 1 FROM"
            " agent_state_changes AS later WHERE later.agent = old.agent AND later.id > old.id"
            " AND later.since_wall_s <= ?1)",
            (wall_s,),
        )

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
