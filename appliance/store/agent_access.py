"""The agent access repository: the number by which an agent logs in, and a hash of the PIN.

Hashes stay here: they are in no list and in no outbox row. Must not hash: `switchboard.staff.pins` does.
"""

from __future__ import annotations

import msgspec

from appliance.ids import AgentId
from appliance.store.connection import Connection, Row

FIRST_LOGIN = 1001


class AgentAccess(msgspec.Struct, frozen=True, kw_only=True):
    """login: digits; pin_hash "": no PIN was ever set; wrong: PINs that were wrong since a right one; locked_until:
    no PIN counts before then (Unix seconds)."""

    agent: AgentId
    login: str
    pin_hash: str = ""
    wrong: int = 0
    locked_until: float = 0.0

    def __repr__(self) -> str:
        return f"AgentAccess(agent={self.agent!r}, login={self.login!r}, wrong={self.wrong})"


class AgentAccesses:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, agent: AgentId) -> AgentAccess:
        """What is known of an agent who exists; a number is given at the first question."""
        row = self._connection.row("SELECT * FROM agent_access WHERE agent = ?", (agent,))
        if row is not None:
            return _access(row)
        access = AgentAccess(agent=agent, login=self._free_login())
        self.put(access)
        return access

    def by_number(self, number: str) -> AgentAccess | None:
        """The agent with this log-in number, or else with this own extension."""
        row = self._connection.row("SELECT * FROM agent_access WHERE login = ?", (number,))
        if row is not None:
            return _access(row)
        agent = self._connection.value("SELECT agent FROM agents WHERE extension = ?", (number,))
        return self.of(AgentId(str(agent))) if agent is not None else None

    def logins(self) -> dict[str, AgentId]:
        """Log-in number → agent."""
        rows = self._connection.rows("SELECT login, agent FROM agent_access ORDER BY login")
        return {row["login"]: row["agent"] for row in rows}

    def login_of(self) -> dict[AgentId, str]:
        """Agent → log-in number, of those who have one."""
        return {agent: login for login, agent in self.logins().items()}

    def put(self, access: AgentAccess) -> None:
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO agent_access (agent, login, pin_hash, wrong, locked_until) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (agent) DO UPDATE SET login = excluded.login, pin_hash = excluded.pin_hash,"
                " wrong = excluded.wrong, locked_until = excluded.locked_until",
                (access.agent, access.login, access.pin_hash, access.wrong, float(access.locked_until)),
            )

    def _free_login(self) -> str:
        taken = {row["login"] for row in self._connection.rows("SELECT login FROM agent_access")}
        taken |= {row["extension"] for row in self._connection.rows("SELECT extension FROM extensions")}
        taken |= {row["number"] for row in self._connection.rows("SELECT number FROM mailboxes")}
        return next(
            str(number) for number in range(FIRST_LOGIN, FIRST_LOGIN + len(taken) + 1) if str(number) not in taken
        )


def _access(row: Row) -> AgentAccess:
    return AgentAccess(
        agent=row["agent"],
        login=row["login"],
        pin_hash=row["pin_hash"],
        wrong=row["wrong"],
        locked_until=row["locked_until"],
    )
