"""How far counters of other programs were counted."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    # How far another program's own counter has been counted; `run` tells one start of that program from the next.
    db.execute("""
        CREATE TABLE counter_marks (
            name TEXT PRIMARY KEY,
            run TEXT NOT NULL,
            seen INTEGER NOT NULL
        ) STRICT""")
