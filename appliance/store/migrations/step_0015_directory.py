"""Names by number."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("CREATE TABLE directory (number TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID")
    db.execute("CREATE TABLE directory_revision (revision INTEGER NOT NULL) STRICT")
    db.execute("INSERT INTO directory_revision VALUES (0)")
