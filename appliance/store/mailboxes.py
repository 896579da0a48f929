"""The mailboxes repository: where callers may leave messages, and for whom.

Every agent has a mailbox of the login name without a row; a row changes it, takes it away (`enabled` 0) or makes one
for a queue or an extension.
"""

from __future__ import annotations

import enum

import msgspec

from appliance.store.connection import Connection, Row
from appliance.store.outbox import Outbox

MAILBOX = "mailbox"
LONGEST_S = 180.0


class OwnerKind(enum.StrEnum):
    """Whose a mailbox is."""

    AGENT = "agent"
    QUEUE = "queue"
    EXTENSION = "extension"


class Mailbox(msgspec.Struct, frozen=True, kw_only=True):
    """greeting: the prompt callers hear, "": the box's own words; longest_s: of one message;
    number: what is keyed in to listen to it, "" for none."""

    mailbox: str
    kind: OwnerKind = OwnerKind.AGENT
    owner: str = ""
    greeting: str = ""
    longest_s: float = LONGEST_S
    enabled: bool = True
    number: str = ""


class Mailboxes:
    def __init__(self, connection: Connection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox

    def put(self, mailbox: Mailbox) -> None:
        """Add the mailbox or change it."""
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO mailboxes (mailbox, kind, owner, greeting, longest_s, enabled, number)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (mailbox) DO UPDATE SET kind = excluded.kind, owner = excluded.owner,"
                " greeting = excluded.greeting, longest_s = excluded.longest_s, enabled = excluded.enabled,"
                " number = excluded.number",
                (
                    mailbox.mailbox,
                    mailbox.kind.value,
                    mailbox.owner,
                    mailbox.greeting,
                    float(mailbox.longest_s),
                    int(mailbox.enabled),
                    mailbox.number,
                ),
            )
            self._outbox.add(MAILBOX, mailbox)

    def get(self, mailbox: str) -> Mailbox | None:
        """The mailbox, one that is taken away included."""
        row = self._connection.row("SELECT * FROM mailboxes WHERE mailbox = ?", (mailbox,))
        if row is not None:
            return _mailbox(row)
        agent = self._connection.value("SELECT agent FROM agents WHERE agent = ?", (mailbox,))
        return None if agent is None else Mailbox(mailbox=mailbox, owner=mailbox)

    def all(self) -> list[Mailbox]:
        """Every mailbox that takes messages, by name; those of agents without a row included."""
        rows = {row["mailbox"]: _mailbox(row) for row in self._connection.rows("SELECT * FROM mailboxes")}
        for row in self._connection.rows("SELECT agent FROM agents"):
            rows.setdefault(row["agent"], Mailbox(mailbox=row["agent"], owner=row["agent"]))
        return [rows[name] for name in sorted(rows) if rows[name].enabled]


def _mailbox(row: Row) -> Mailbox:
    fields = {**row, "kind": OwnerKind(row["kind"]), "enabled": bool(row["enabled"])}
    return Mailbox(**fields)
