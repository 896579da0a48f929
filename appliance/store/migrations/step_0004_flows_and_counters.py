"""Installed flows; numbers that count anew every day."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("""
        CREATE TABLE flows (
            id INTEGER PRIMARY KEY,
            flow TEXT NOT NULL,
            flow_type TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            document TEXT NOT NULL,
            installed TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX flows_flow ON flows (flow, id)")
    db.execute("""
        CREATE TABLE counters (
            name TEXT NOT NULL,
            day TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (name, day)
        ) STRICT, WITHOUT ROWID""")
