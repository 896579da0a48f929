"""For which errand a contact was."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("ALTER TABLE contact_facts ADD COLUMN errand TEXT NOT NULL DEFAULT ''")
