"""Outages on disk, from the moment they end until both sides agree on what lies in them; and what the link remembers.

An outage is noted (an event of its own), everything up to that event is sent, then both sides compare.
"""

from __future__ import annotations

import msgspec

from appliance.cloud.chain import Position, parse_position
from appliance.cloud.reconciling import Outage, Verdict
from appliance.store.connection import Connection, Row
from appliance.sync.delivering.link import LinkMemory

GIVE_UP_S = 30 * 86_400.0


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """noted: the outbox row that tells of the outage; until: how far the stretch goes, once the console has all of it;
    verdict: the console's latest; told: the one that was noted as an event; tries: how often it was asked."""

    outage: Outage
    after: Position
    noted: int | None = None
    until: Position | None = None
    verdict: Verdict | None = None
    told: Verdict | None = None
    tries: int = 0
    done: bool = False


class OutageStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def link(self) -> LinkMemory:
        text = self._connection.value("SELECT memory FROM link")
        return LinkMemory() if text is None else msgspec.json.decode(text, type=LinkMemory)

    def remember(self, memory: LinkMemory) -> None:
        self._connection.write(
            "INSERT OR REPLACE INTO link (one, memory) VALUES (1, ?)", (msgspec.json.encode(memory).decode(),)
        )

    def put(self, one: Reconciliation) -> None:
        self._connection.write(
            "INSERT INTO outages (outage, content, after, noted, until, verdict, told, tries, done)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (outage) DO UPDATE SET content = excluded.content,"
            " noted = excluded.noted, until = excluded.until, verdict = excluded.verdict, told = excluded.told,"
            " tries = excluded.tries, done = excluded.done",
            (
                one.outage.outage,
                msgspec.json.encode(one.outage).decode(),
                str(one.after),
                one.noted,
                None if one.until is None else str(one.until),
                None if one.verdict is None else msgspec.json.encode(one.verdict).decode(),
                None if one.told is None else msgspec.json.encode(one.told).decode(),
                one.tries,
                int(one.done),
            ),
        )

    def put_with(self, one: Reconciliation, memory: LinkMemory) -> None:
        """An outage has ended: both are kept, or neither."""
        with self._connection.transaction():
            self.put(one)
            self.remember(memory)

    def open(self) -> list[Reconciliation]:
        """Those not done with, oldest first."""
        return self._of("SELECT * FROM outages WHERE done = 0 ORDER BY rowid")

    def latest(self, limit: int = 20) -> list[Reconciliation]:
        """The newest first."""
        return self._of("SELECT * FROM outages ORDER BY rowid DESC LIMIT ?", limit)

    def _of(self, sql: str, *parameters: int) -> list[Reconciliation]:
        return [_reconciliation(row) for row in self._connection.rows(sql, parameters)]


def _reconciliation(row: Row) -> Reconciliation:
    return Reconciliation(
        outage=msgspec.json.decode(row["content"], type=Outage),
        after=parse_position(row["after"]),
        noted=row["noted"],
        until=None if row["until"] is None else parse_position(row["until"]),
        verdict=None if row["verdict"] is None else msgspec.json.decode(row["verdict"], type=Verdict),
        told=None if row["told"] is None else msgspec.json.decode(row["told"], type=Verdict),
        tries=row["tries"],
        done=bool(row["done"]),
    )
