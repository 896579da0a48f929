"""Contacts, and the events their records are made of."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("""
        CREATE TABLE contacts (
            contact TEXT PRIMARY KEY,
            open INTEGER NOT NULL CHECK (open IN (0, 1)),
            stage TEXT NOT NULL,
            slot INTEGER,
            queue TEXT,
            agent TEXT,
            customer TEXT,
            started_wall_s REAL NOT NULL,
            ended_wall_s REAL,
            summary TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX contacts_open ON contacts (contact) WHERE open = 1")
    db.execute("CREATE INDEX contacts_started ON contacts (started_wall_s)")
    db.execute("""
        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            contact TEXT NOT NULL REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
            writer TEXT NOT NULL,
            seq INTEGER NOT NULL CHECK (seq >= 1),
            type TEXT NOT NULL,
            boot TEXT NOT NULL,
            mono_s REAL NOT NULL,
            wall_s REAL NOT NULL,
            synced INTEGER NOT NULL,
            body TEXT NOT NULL,
            UNIQUE (contact, writer, seq)
        ) STRICT""")
