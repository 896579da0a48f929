"""Which queues and agents are always recorded, or never."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("""
        CREATE TABLE recording_policies (
            queue TEXT UNIQUE REFERENCES queues ON DELETE CASCADE,
            agent TEXT UNIQUE REFERENCES agents ON DELETE CASCADE,
            policy TEXT NOT NULL CHECK (policy IN ('always', 'never')),
            CHECK ((queue IS NULL) <> (agent IS NULL))
        ) STRICT""")
