"""Queues, extensions and agents, which queues each serves, and their states."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    db.execute("""
        CREATE TABLE queues (
            queue TEXT PRIMARY KEY,
            display_name TEXT NOT NULL,
            queue_flow TEXT,
            max_contacts INTEGER,
            ring_timeout_s REAL NOT NULL,
            wrap_up_s REAL NOT NULL,
            enabled INTEGER NOT NULL
        ) STRICT""")
    db.execute("CREATE TABLE extensions (extension TEXT PRIMARY KEY, display_name TEXT NOT NULL) STRICT")
    db.execute("""
        CREATE TABLE agents (
            agent TEXT PRIMARY KEY,
            display_name TEXT NOT NULL,
            extension TEXT NOT NULL UNIQUE REFERENCES extensions
        ) STRICT""")
    db.execute("""
        CREATE TABLE agent_queues (
            agent TEXT NOT NULL REFERENCES agents ON DELETE CASCADE,
            place INTEGER NOT NULL,
            queue TEXT NOT NULL REFERENCES queues ON DELETE CASCADE,
            priority INTEGER NOT NULL,
            delay_s REAL NOT NULL,
            PRIMARY KEY (agent, queue)
        ) STRICT""")
    db.execute("CREATE INDEX agent_queues_queue ON agent_queues (queue)")
    db.execute("""
        CREATE TABLE agent_states (
            agent TEXT PRIMARY KEY REFERENCES agents ON DELETE CASCADE,
            state TEXT NOT NULL
        ) STRICT""")
    db.execute("""
        CREATE TABLE agent_state_changes (
            id INTEGER PRIMARY KEY,
            agent TEXT NOT NULL,
            since_wall_s REAL NOT NULL,
            state TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX agent_state_changes_since ON agent_state_changes (agent, since_wall_s)")
