"""Closed contact records; recordings."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("""
        CREATE TABLE contact_records (
            contact TEXT PRIMARY KEY REFERENCES contacts,
            last_update TEXT NOT NULL,
            method TEXT,
            initiated TEXT,
            disconnected TEXT,
            disconnect_reason TEXT,
            customer TEXT,
            queue TEXT,
            agent TEXT,
            record TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX contact_records_initiated ON contact_records (initiated)")
    db.execute("""
        CREATE TABLE recordings (
            recording TEXT PRIMARY KEY,
            contact TEXT NOT NULL REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
            status TEXT NOT NULL,
            path TEXT,
            sha256 TEXT,
            duration_s REAL,
            bytes INTEGER,
            customer_path TEXT,
            agent_path TEXT,
            rate_hz INTEGER,
            started TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX recordings_contact ON recordings (contact)")
