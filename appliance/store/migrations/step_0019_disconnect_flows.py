"""The flow a queue's contacts run into when they end."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("ALTER TABLE queues ADD COLUMN disconnect_flow TEXT")
