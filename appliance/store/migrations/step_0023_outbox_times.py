"""When a row began to wait for the console."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    # NULL for rows of older versions, and for contact events, which have times of their own.
    db.execute("ALTER TABLE outbox ADD COLUMN wall_s REAL")
    db.execute("ALTER TABLE outbox ADD COLUMN synced INTEGER")
    db.execute("CREATE INDEX outbox_metrics ON outbox (wall_s) WHERE kind = 'metrics'")
