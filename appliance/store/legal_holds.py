"""The legal holds repository: contacts of which nothing may go while a hold stands, whoever asks."""

from __future__ import annotations

from collections.abc import Iterable

from appliance.ids import ContactId
from appliance.store.connection import Connection


class LegalHolds:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, hold: str, contacts: Iterable[ContactId]) -> None:
        """The hold stands for these contacts, and no longer for others; none lift it. Contacts need not be known."""
        with self._connection.transaction():
            self._connection.write("DELETE FROM legal_holds WHERE hold = ?", (hold,))
            for contact in dict.fromkeys(contacts):
                self._connection.write("INSERT INTO legal_holds (hold, contact) VALUES (?, ?)", (hold, contact))

    def holds(self, contact: ContactId) -> list[str]:
        """Those that keep this contact."""
        rows = self._connection.rows("SELECT hold FROM legal_holds WHERE contact = ? ORDER BY hold", (contact,))
        return [row["hold"] for row in rows]

    def all(self) -> dict[str, list[ContactId]]:
        """Contacts by hold."""
        found: dict[str, list[ContactId]] = {}
        for row in self._connection.rows("SELECT hold, contact FROM legal_holds ORDER BY hold, contact"):
            found.setdefault(row["hold"], []).append(ContactId(row["contact"]))
        return found
