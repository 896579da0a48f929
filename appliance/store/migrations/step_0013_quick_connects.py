"""Names for where a contact may be handed on to."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("""
        CREATE TABLE quick_connects (
            name TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            agent TEXT REFERENCES agents ON DELETE CASCADE,
            queue TEXT REFERENCES queues ON DELETE CASCADE,
            number TEXT NOT NULL,
            flow TEXT
        ) STRICT""")
    db.execute("""
        CREATE TABLE quick_connect_queues (
            name TEXT NOT NULL REFERENCES quick_connects ON DELETE CASCADE,
            queue TEXT NOT NULL REFERENCES queues ON DELETE CASCADE,
            PRIMARY KEY (name, queue)
        ) STRICT, WITHOUT ROWID""")
