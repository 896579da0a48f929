"""Who may listen to whom."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("""
        CREATE TABLE supervision_rights (
            agent TEXT PRIMARY KEY REFERENCES agents ON DELETE CASCADE,
            supervisor INTEGER NOT NULL CHECK (supervisor IN (0, 1)),
            monitorable INTEGER NOT NULL CHECK (monitorable IN (0, 1))
        ) STRICT""")
