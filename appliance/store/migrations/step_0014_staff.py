"""Statuses of agents, log-in at a phone, codes for how contacts come out."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("""
        CREATE TABLE agent_statuses (
            name TEXT PRIMARY KEY,
            description TEXT NOT NULL,
            type TEXT NOT NULL CHECK (type IN ('ROUTABLE', 'CUSTOM', 'OFFLINE')),
            display_order INTEGER NOT NULL UNIQUE,
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1))
        ) STRICT""")
    usual = (("Available", "ROUTABLE"), ("Offline", "OFFLINE"), ("Break", "CUSTOM"), ("Lunch", "CUSTOM"))
    for order, (name, kind) in enumerate(usual, start=1):
        db.execute("INSERT INTO agent_statuses VALUES (?, '', ?, ?, 1)", (name, kind, order))
    # Numbers and hashes lie apart from the agents: nothing that lists or sends agents can take them along.
    db.execute("""
        CREATE TABLE agent_access (
            agent TEXT PRIMARY KEY REFERENCES agents ON DELETE CASCADE,
            login TEXT NOT NULL UNIQUE,
            pin_hash TEXT NOT NULL,
            wrong INTEGER NOT NULL,
            locked_until REAL NOT NULL
        ) STRICT""")
    db.execute("""
        CREATE TABLE dispositions (
            queue TEXT NOT NULL,
            code TEXT NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (queue, code)
        ) STRICT, WITHOUT ROWID""")
