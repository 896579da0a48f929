"""The repository of rights in supervision: who may listen to others, and who is not listened to."""

from __future__ import annotations

import msgspec

from appliance.ids import AgentId
from appliance.store.connection import Connection
from appliance.store.outbox import Outbox

SUPERVISION_RIGHTS = "supervision_rights"


class SupervisionRights(msgspec.Struct, frozen=True, kw_only=True):
    """`supervisor`: may listen, whisper, barge in and take over; `monitorable`: others may do so to this agent."""

    agent: AgentId
    supervisor: bool = False
    monitorable: bool = True


class Supervision:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def of(self, agent: AgentId) -> SupervisionRights:
        """The usual rights where nothing else was said."""
        rows = self._connection.rows("SELECT * FROM supervision_rights WHERE agent = ?", (agent,))
        found = [_rights(row["agent"], row["supervisor"], row["monitorable"]) for row in rows]
        return found[0] if found else SupervisionRights(agent=agent)

    def put(self, rights: SupervisionRights) -> None:
        """Set the rights of an agent who is there."""
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO supervision_rights (agent, supervisor, monitorable) VALUES (?, ?, ?)"
                " ON CONFLICT (agent) DO UPDATE SET supervisor = excluded.supervisor,"
                " monitorable = excluded.monitorable",
                (rights.agent, int(rights.supervisor), int(rights.monitorable)),
            )
            self._outbox.add(SUPERVISION_RIGHTS, rights)


def _rights(agent: str, supervisor: int, monitorable: int) -> SupervisionRights:
    return SupervisionRights(agent=AgentId(agent), supervisor=bool(supervisor), monitorable=bool(monitorable))
