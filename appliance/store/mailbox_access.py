"""The mailbox access repository: hashes of the PINs by which a mailbox is opened at any phone inside.

Hashes stay here: they are in no list and in no outbox row. Must not hash: `switchboard.staff.pins` does.
"""

from __future__ import annotations

import msgspec

from appliance.store.connection import Connection


class MailboxAccess(msgspec.Struct, frozen=True, kw_only=True):
    """pin_hash "": no PIN was ever set; wrong: PINs that were wrong since a right one; locked_until: no PIN counts
    before then (Unix seconds)."""

    mailbox: str
    pin_hash: str = ""
    wrong: int = 0
    locked_until: float = 0.0

    def __repr__(self) -> str:
        return f"MailboxAccess(mailbox={self.mailbox!r}, wrong={self.wrong})"


class MailboxAccesses:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, mailbox: str) -> MailboxAccess:
        """What is known of a mailbox's PIN."""
        row = self._connection.row("SELECT * FROM mailbox_access WHERE mailbox = ?", (mailbox,))
        return MailboxAccess(mailbox=mailbox) if row is None else MailboxAccess(**row)

    def by_number(self, number: str) -> MailboxAccess | None:
        """Of the mailbox with this number, or else of the one with a PIN that has the number for its name."""
        found = self._connection.value(
            "SELECT mailbox FROM mailboxes WHERE enabled = 1 AND number <> '' AND number = ?", (number,)
        )
        if found is None:
            found = self._connection.value("SELECT mailbox FROM mailbox_access WHERE mailbox = ?", (number,))
        return None if found is None else self.of(str(found))

    def with_pin(self) -> frozenset[str]:
        """The mailboxes that have a PIN."""
        rows = self._connection.rows("SELECT mailbox FROM mailbox_access WHERE pin_hash <> ''")
        return frozenset(row["mailbox"] for row in rows)

    def put(self, access: MailboxAccess) -> None:
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO mailbox_access (mailbox, pin_hash, wrong, locked_until) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (mailbox) DO UPDATE SET pin_hash = excluded.pin_hash, wrong = excluded.wrong,"
                " locked_until = excluded.locked_until",
                (access.mailbox, access.pin_hash, access.wrong, float(access.locked_until)),
            )

    def remove(self, mailbox: str) -> None:
        """The PIN is forgotten."""
        with self._connection.transaction():
            self._connection.write("DELETE FROM mailbox_access WHERE mailbox = ?", (mailbox,))
