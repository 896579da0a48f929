"""Mailboxes and what was left in them."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("""
        CREATE TABLE mailboxes (
            mailbox TEXT PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('agent', 'queue', 'extension')),
            owner TEXT NOT NULL,
            greeting TEXT NOT NULL,
            longest_s REAL NOT NULL,
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1))
        ) STRICT""")
    db.execute("""
        CREATE TABLE voicemails (
            recording TEXT PRIMARY KEY REFERENCES recordings DEFERRABLE INITIALLY DEFERRED,
            mailbox TEXT NOT NULL,
            contact TEXT NOT NULL,
            caller TEXT NOT NULL,
            caller_name TEXT NOT NULL,
            left_wall_s REAL NOT NULL,
            state TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX voicemails_mailbox ON voicemails (mailbox, state)")
