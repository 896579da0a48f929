"""Ring groups; settings of extensions."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("ALTER TABLE extensions ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'")
    db.execute("CREATE TABLE ring_groups (name TEXT PRIMARY KEY, plan TEXT NOT NULL) STRICT")
