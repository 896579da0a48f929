"""What metrics need, so that nobody reads records to sum up a year; the times in which the box was alive."""

from __future__ import annotations

from sqlite_utils import Database


def change(db: Database) -> None:
    # What metrics need of contact records, offers and flow runs, so that a year is summed up without reading a record.
    # Times are whole seconds since the epoch. `facts_of_records` fills them, for new records and old ones. A step that
    # adds a column needs no more than that: after every migration all of them are filled anew.
    db.execute("""
        CREATE TABLE contact_facts (
            contact TEXT PRIMARY KEY REFERENCES contacts,
            counted INTEGER NOT NULL,
            initiated INTEGER NOT NULL,
            answered INTEGER,
            disconnected INTEGER,
            enqueued INTEGER,
            waited INTEGER,
            connected INTEGER,
            transferred INTEGER,
            wrapped_up INTEGER,
            method TEXT NOT NULL,
            channel TEXT NOT NULL,
            queue TEXT,
            agent TEXT,
            profile TEXT,
            flow TEXT,
            service TEXT NOT NULL,
            has_next INTEGER NOT NULL,
            outside INTEGER NOT NULL,
            handed_on TEXT NOT NULL,
            handed_on_by TEXT,
            pre TEXT NOT NULL,
            reason TEXT,
            interaction INTEGER,
            hold INTEGER,
            wrap_up INTEGER,
            pause INTEGER,
            holds INTEGER,
            callback_tries INTEGER NOT NULL
        ) STRICT""")
    for column in ("counted", "enqueued", "connected"):
        db.execute(f"CREATE INDEX contact_facts_{column} ON contact_facts ({column})")
    db.execute("""
        CREATE TABLE agent_rings (
            contact TEXT NOT NULL REFERENCES contact_facts ON DELETE CASCADE,
            place INTEGER NOT NULL,
            agent TEXT NOT NULL,
            ended INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            rang INTEGER,
            PRIMARY KEY (contact, place)
        ) STRICT, WITHOUT ROWID""")
    db.execute("CREATE INDEX agent_rings_ended ON agent_rings (ended)")
    db.execute("""
        CREATE TABLE flow_runs (
            contact TEXT NOT NULL REFERENCES contact_facts ON DELETE CASCADE,
            place INTEGER NOT NULL,
            flow TEXT NOT NULL,
            started INTEGER NOT NULL,
            counted INTEGER NOT NULL,
            ended INTEGER,
            outcome TEXT,
            errors INTEGER NOT NULL,
            fatal INTEGER NOT NULL,
            PRIMARY KEY (contact, place)
        ) STRICT, WITHOUT ROWID""")
    for column in ("started", "counted"):
        db.execute(f"CREATE INDEX flow_runs_{column} ON flow_runs ({column})")
    _state_history(db)


def _state_history(db: Database) -> None:
    """Columns of what an agent's state changes say; when the box was alive in a boot."""
    for column in ("boot", "status", "activity"):
        db.execute(f"ALTER TABLE agent_state_changes ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE agent_state_changes ADD COLUMN profile TEXT")
    db.execute("ALTER TABLE agent_state_changes ADD COLUMN mono_s REAL NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE agent_state_changes ADD COLUMN synced INTEGER NOT NULL DEFAULT 1")
    db.execute("""
        UPDATE agent_state_changes SET
            boot = json_extract(state, '$.since.boot'),
            status = json_extract(state, '$.status'),
            activity = json_extract(state, '$.activity'),
            mono_s = json_extract(state, '$.since.mono_s'),
            synced = json_extract(state, '$.since.synced')""")
    db.execute("CREATE INDEX agent_state_changes_unsynced ON agent_state_changes (boot) WHERE synced = 0")
    db.execute("""
        CREATE TABLE boots (
            boot TEXT PRIMARY KEY,
            first_s REAL NOT NULL,
            last_s REAL NOT NULL
        ) STRICT, WITHOUT ROWID""")
    db.execute("""
        INSERT INTO boots SELECT boot, min(mono_s), max(mono_s)
        FROM (SELECT boot, mono_s FROM events UNION ALL SELECT boot, max(0, mono_s) FROM agent_state_changes)
        GROUP BY boot""")
