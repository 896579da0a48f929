"""Orders on disk. What is stored here counts as taken, and isn't sent again.

An order that comes again is ignored, whoever sends it. Runs in the state's thread.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from appliance.cloud.orders import DesiredState, Order
from appliance.cloud.signing import PublicKey, Signed, decode_signed, opened
from appliance.store.connection import Connection

KEPT = 200  # orders that are done, for a look


class Inbox:
    """keys: whose orders count, by `signing.key_id`."""

    def __init__(self, connection: Connection, *, box: str, keys: Mapping[str, PublicKey]) -> None:
        self._connection = connection
        self._box = box
        self._keys = keys

    def last(self) -> int:
        """The number of the last order that is stored, 0: none."""
        return int(self._connection.value("SELECT max(number) FROM orders WHERE box = ?", (self._box,)) or 0)

    def store(self, document: bytes) -> int | None:
        """Its number once it lies on the disk; None for one that came before.

        Raises SignatureError, MalformedError: then nothing is stored.
        """
        order = self._read(decode_signed(document))
        if order.number <= self.last():
            return None
        with self._connection.transaction():
            self._connection.write(
                "INSERT INTO orders (box, number, document) VALUES (?, ?, ?)",
                (self._box, order.number, document.decode()),
            )
            self._connection.write(
                "DELETE FROM orders WHERE box = ? AND done = 1 AND number < ?", (self._box, order.number - KEPT)
            )
        return order.number

    def next(self) -> Order | None:
        """The first that isn't done. Raises SignatureError, MalformedError where the file was tampered with."""
        row = self._connection.row(
            "SELECT document FROM orders WHERE box = ? AND done = 0 ORDER BY number LIMIT 1", (self._box,)
        )
        return None if row is None else self._read(decode_signed(row["document"].encode()))

    def done(self, number: int) -> None:
        """It is carried out, or never will be."""
        self._connection.write("UPDATE orders SET done = 1 WHERE box = ? AND number = ?", (self._box, number))

    def answered(self, number: int, text: str) -> None:
        """The order is done, and this (JSON) is to be told of it; it takes the place of what was to be told before."""
        with self._connection.transaction():
            self.done(number)
            self._connection.write(
                "INSERT OR REPLACE INTO answers (box, number, content) VALUES (?, ?, ?)", (self._box, number, text)
            )

    def answers(self) -> list[tuple[int, str]]:
        """Number and content of what is still to be told, in order."""
        rows = self._connection.rows("SELECT number, content FROM answers WHERE box = ? ORDER BY number", (self._box,))
        return [(row["number"], row["content"]) for row in rows]

    def told(self, number: int) -> None:
        """The answer is in the outbox."""
        self._connection.write("DELETE FROM answers WHERE box = ? AND number = ?", (self._box, number))

    def latest_desired(self) -> DesiredState | None:
        """The last desired state that has been dealt with, as long as it is kept."""
        rows = self._connection.rows(
            "SELECT document FROM orders WHERE box = ? AND done = 1 ORDER BY number DESC", (self._box,)
        )
        for row in rows:
            order = self._read(decode_signed(row["document"].encode()))
            if isinstance(order, DesiredState):
                return order
        return None

    def _read(self, signed: Signed) -> Order:
        return opened(signed, keys=self._keys, box=self._box)


class Applied:
    """What the console wanted last and has got, item by item."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> dict[tuple[str, str], dict[str, object]]:
        """By kind and name."""
        rows = self._connection.rows("SELECT kind, name, content FROM applied")
        return {(row["kind"], row["name"]): _CONTENT.decode(row["content"]) for row in rows}

    def replace(self, applied: Mapping[tuple[str, str], Mapping[str, object]]) -> None:
        """All of it, in the caller's transaction."""
        self._connection.write("DELETE FROM applied")
        for (kind, name), content in applied.items():
            self._connection.write(
                "INSERT INTO applied (kind, name, content) VALUES (?, ?, ?)",
                (kind, name, msgspec.json.encode(content).decode()),
            )


_CONTENT = msgspec.json.Decoder(dict[str, object])
