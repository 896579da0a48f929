"""Sealed recordings, what may not be deleted, and what must be."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("""
        CREATE TABLE sealed_recordings (
            recording TEXT PRIMARY KEY REFERENCES recordings,
            path TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            key TEXT NOT NULL,
            sealed_wall_s REAL NOT NULL,
            delivered_wall_s REAL,
            facts TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX sealed_recordings_delivered ON sealed_recordings (delivered_wall_s, sealed_wall_s)")
    db.execute("CREATE TABLE legal_holds (hold TEXT, contact TEXT, PRIMARY KEY (contact, hold)) STRICT, WITHOUT ROWID")
    db.execute("""
        CREATE TABLE erasures (
            request TEXT NOT NULL,
            number INTEGER NOT NULL,
            done INTEGER NOT NULL CHECK (done IN (0, 1)),
            content TEXT NOT NULL,
            PRIMARY KEY (request, number)
        ) STRICT""")
    db.execute("CREATE INDEX contacts_customer ON contacts (customer) WHERE customer IS NOT NULL")
