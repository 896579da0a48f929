"""Customers who have to be called."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    # The lease stands in the row: a process may dial for an errand only after its row says so.
    db.execute("""
        CREATE TABLE errands (
            errand TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            campaign TEXT NOT NULL,
            state TEXT NOT NULL,
            over INTEGER NOT NULL CHECK (over IN (0, 1)),
            contact TEXT,
            number TEXT NOT NULL,
            due_wall_s REAL NOT NULL,
            asked_wall_s REAL NOT NULL,
            content TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX errands_open ON errands (kind, due_wall_s) WHERE over = 0")
    db.execute("CREATE INDEX errands_campaign ON errands (campaign, state, due_wall_s)")
    db.execute("CREATE INDEX errands_asked ON errands (asked_wall_s)")
