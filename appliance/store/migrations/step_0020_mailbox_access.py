"""Numbers and PINs of mailboxes."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("ALTER TABLE mailboxes ADD COLUMN number TEXT NOT NULL DEFAULT ''")
    db.execute("CREATE UNIQUE INDEX mailboxes_number ON mailboxes (number) WHERE number <> ''")
    db.execute("""
        CREATE TABLE mailbox_access (
            mailbox TEXT PRIMARY KEY,
            pin_hash TEXT NOT NULL,
            wrong INTEGER NOT NULL,
            locked_until REAL NOT NULL
        ) STRICT""")
