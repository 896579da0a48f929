"""Rows that wait for the console."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    # AUTOINCREMENT: a number is never given twice, not even after its row was acknowledged and deleted.
    # A contact event is named, not copied: it never changes.
    db.execute("""
        CREATE TABLE outbox (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            json TEXT,
            event INTEGER REFERENCES events,
            CHECK ((json IS NULL) <> (event IS NULL))
        ) STRICT""")
