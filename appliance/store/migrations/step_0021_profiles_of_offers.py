"""The routing profile with which an agent was rung."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("ALTER TABLE agent_rings ADD COLUMN profile TEXT")
