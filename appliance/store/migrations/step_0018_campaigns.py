"""Campaigns, and numbers nobody may call; what queues show and run when they call somebody."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("CREATE TABLE campaigns (campaign TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT")
    db.execute("""
        CREATE TABLE do_not_call (
            number TEXT NOT NULL,
            campaign TEXT NOT NULL,
            note TEXT NOT NULL,
            added_wall_s REAL NOT NULL,
            PRIMARY KEY (number, campaign)
        ) STRICT, WITHOUT ROWID""")
    db.execute("ALTER TABLE queues ADD COLUMN caller_name TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE queues ADD COLUMN outbound_flow TEXT")
    db.execute("CREATE UNIQUE INDEX errands_once ON errands (campaign, number) WHERE campaign <> ''")
    db.execute("CREATE INDEX errands_contact ON errands (contact)")
