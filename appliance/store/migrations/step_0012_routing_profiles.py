"""Routing profiles: agents serve queues by them, and need no own extension any more; what an agent can do."""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database


def change(db: Database) -> None:
    # The queues of each agent become a routing profile of the agent's own. An agent needs no own extension any more,
    # so the table is made anew; what refers to it would go with the old one and is put aside meanwhile.
    db.execute("""
        CREATE TABLE routing_profiles (
            profile TEXT PRIMARY KEY,
            display_name TEXT NOT NULL,
            outbound_queue TEXT REFERENCES queues ON DELETE SET NULL,
            timer TEXT NOT NULL
        ) STRICT""")
    db.execute("""
        CREATE TABLE routing_profile_queues (
            profile TEXT NOT NULL REFERENCES routing_profiles ON DELETE CASCADE,
            place INTEGER NOT NULL,
            queue TEXT NOT NULL REFERENCES queues ON DELETE CASCADE,
            priority INTEGER NOT NULL,
            delay_s REAL NOT NULL,
            PRIMARY KEY (profile, queue)
        ) STRICT""")
    db.execute("CREATE INDEX routing_profile_queues_queue ON routing_profile_queues (queue)")
    db.execute(
        "INSERT INTO routing_profiles (profile, display_name, timer)"
        " SELECT 'agent:' || agent, '', 'TIME_SINCE_LAST_ACTIVITY' FROM agents"
    )
    db.execute(
        "INSERT INTO routing_profile_queues (profile, place, queue, priority, delay_s)"
        " SELECT 'agent:' || agent, place, queue, priority, delay_s FROM agent_queues"
    )
    db.execute("""
        CREATE TABLE agents_with_profiles (
            agent TEXT PRIMARY KEY,
            display_name TEXT NOT NULL,
            extension TEXT UNIQUE REFERENCES extensions,
            routing_profile TEXT NOT NULL REFERENCES routing_profiles,
            wrap_up_s REAL,
            auto_accept INTEGER NOT NULL DEFAULT 0
        ) STRICT""")
    db.execute(
        "INSERT INTO agents_with_profiles (agent, display_name, extension, routing_profile)"
        " SELECT agent, display_name, extension, 'agent:' || agent FROM agents"
    )
    aside = [_put_aside(db, table) for table in ("agent_states", "recording_policies")]
    for table in ("agent_queues", "agents"):
        db.execute(f"DROP TABLE {table}")
    db.execute("ALTER TABLE agents_with_profiles RENAME TO agents")
    db.execute("CREATE INDEX agents_routing_profile ON agents (routing_profile)")
    for bring_back in aside:
        bring_back()
    db.execute("""
        CREATE TABLE agent_proficiencies (
            agent TEXT NOT NULL REFERENCES agents ON DELETE CASCADE,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            level REAL NOT NULL CHECK (level BETWEEN 1 AND 5),
            PRIMARY KEY (agent, name, value)
        ) STRICT""")
    db.execute("ALTER TABLE queues ADD COLUMN agent_order TEXT NOT NULL DEFAULT 'longest_idle'")
    db.execute("ALTER TABLE queues ADD COLUMN last_agent_s REAL NOT NULL DEFAULT 0")


def _put_aside(db: Database, table: str) -> Callable[[], None]:
    """Drop a table (without an index of its own); what makes it anew with its rows."""
    made = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]
    db.execute(f"CREATE TABLE {table}_aside AS SELECT * FROM {table}")
    db.execute(f"DROP TABLE {table}")

    def bring_back() -> None:
        db.execute(made)
        db.execute(f"INSERT INTO {table} SELECT * FROM {table}_aside")
        db.execute(f"DROP TABLE {table}_aside")

    return bring_back
