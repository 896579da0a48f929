"""What flows need beside themselves, and bundles of both; hours and caller id of queues."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("""
        CREATE TABLE flow_parts (
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            content TEXT NOT NULL,
            changed TEXT NOT NULL,
            PRIMARY KEY (kind, name)
        ) STRICT, WITHOUT ROWID""")
    db.execute("""
        CREATE TABLE flow_bundles (
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL,
            contents TEXT NOT NULL,
            installed TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX flow_bundles_sha256 ON flow_bundles (sha256)")
    db.execute("ALTER TABLE queues ADD COLUMN hours TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE queues ADD COLUMN caller_id TEXT NOT NULL DEFAULT ''")
