"""The schema, as a list of named steps that only ever grows.

Each step runs in one transaction together with its own record in `_sqlite_migrations` (sqlite-utils), so a power cut
leaves it done or not begun. Never change a step that has been released: add one, and count it in `connection.SCHEMA`.
Tables are STRICT; times are JSON stamps (`appliance.stamps.Stamp`) with a `…_wall_s` column beside them where lists are
sorted or searched.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

STEPS = Migrations("linekeeper")


@STEPS(name="0001_contacts_and_events")
def _contacts_and_events(db: Database) -> None:
    db.execute("""
        CREATE TABLE contacts (
            contact TEXT PRIMARY KEY,
            open INTEGER NOT NULL CHECK (open IN (0, 1)),
            stage TEXT NOT NULL,
            slot INTEGER,
            queue TEXT,
            agent TEXT,
            customer TEXT,
            started_wall_s REAL NOT NULL,
            ended_wall_s REAL,
            summary TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX contacts_open ON contacts (contact) WHERE open = 1")
    db.execute("CREATE INDEX contacts_started ON contacts (started_wall_s)")
    db.execute("""
        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            contact TEXT NOT NULL REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
            writer TEXT NOT NULL,
            seq INTEGER NOT NULL CHECK (seq >= 1),
            type TEXT NOT NULL,
            boot TEXT NOT NULL,
            mono_s REAL NOT NULL,
            wall_s REAL NOT NULL,
            synced INTEGER NOT NULL,
            body TEXT NOT NULL,
            UNIQUE (contact, writer, seq)
        ) STRICT""")


@STEPS(name="0002_contact_records_and_recordings")
def _records_and_recordings(db: Database) -> None:
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


@STEPS(name="0003_queues_extensions_agents")
def _queues_extensions_agents(db: Database) -> None:
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


@STEPS(name="0004_flows_and_counters")
def _flows_and_counters(db: Database) -> None:
    db.execute("""
        CREATE TABLE flows (
            id INTEGER PRIMARY KEY,
            flow TEXT NOT NULL,
            flow_type TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            document TEXT NOT NULL,
            installed TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX flows_flow ON flows (flow, id)")
    db.execute("""
        CREATE TABLE counters (
            name TEXT NOT NULL,
            day TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (name, day)
        ) STRICT, WITHOUT ROWID""")


@STEPS(name="0005_outbox")
def _outbox(db: Database) -> None:
    # AUTOINCREMENT: a number is never given twice, not even after its row was acknowledged and deleted.
    # A contact event is named, not copied: it never changes.
    db.execute("""
        CREATE TABLE outbox (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            json TEXT,
            event INTEGER REFERENCES events,
            CHECK ((json IS NULL) <> (event IS NULL))
        ) STRICT""")


@STEPS(name="0006_flow_resources")
def _flow_resources(db: Database) -> None:
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


@STEPS(name="0007_counter_marks")
def _counter_marks(db: Database) -> None:
    # How far another program's own counter has been counted; `run` tells one start of that program from the next.
    db.execute("""
        CREATE TABLE counter_marks (
            name TEXT PRIMARY KEY,
            run TEXT NOT NULL,
            seen INTEGER NOT NULL
        ) STRICT""")


@STEPS(name="0008_errands")
def _errands(db: Database) -> None:
    # The lease stands in the row: a process may dial for an errand only after its row says so.
    db.execute("""
        CREATE TABLE errands (
            errand TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            campaign TEXT NOT NULL,
            state TEXT NOT NULL,
            over INTEGER NOT NULL CHECK (over IN (0, 1)),
            contact TEXT,
            number TEXT NOT NULL,
            due_wall_s REAL NOT NULL,
            asked_wall_s REAL NOT NULL,
            content TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX errands_open ON errands (kind, due_wall_s) WHERE over = 0")
    db.execute("CREATE INDEX errands_campaign ON errands (campaign, state, due_wall_s)")
    db.execute("CREATE INDEX errands_asked ON errands (asked_wall_s)")


@STEPS(name="0009_recording_policies")
def _recording_policies(db: Database) -> None:
    db.execute("""
        CREATE TABLE recording_policies (
            queue TEXT UNIQUE REFERENCES queues ON DELETE CASCADE,
            agent TEXT UNIQUE REFERENCES agents ON DELETE CASCADE,
            policy TEXT NOT NULL CHECK (policy IN ('always', 'never')),
            CHECK ((queue IS NULL) <> (agent IS NULL))
        ) STRICT""")


@STEPS(name="0010_metrics")
def _metrics(db: Database) -> None:
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


@STEPS(name="0011_ring_groups")
def _ring_groups(db: Database) -> None:
    db.execute("ALTER TABLE extensions ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'")
    db.execute("CREATE TABLE ring_groups (name TEXT PRIMARY KEY, plan TEXT NOT NULL) STRICT")


@STEPS(name="0012_routing_profiles")
def _routing_profiles(db: Database) -> None:
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


@STEPS(name="0013_quick_connects")
def _quick_connects(db: Database) -> None:
    db.execute("""
        CREATE TABLE quick_connects (
            name TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            agent TEXT REFERENCES agents ON DELETE CASCADE,
            queue TEXT REFERENCES queues ON DELETE CASCADE,
            number TEXT NOT NULL,
            flow TEXT
        ) STRICT""")
    db.execute("""
        CREATE TABLE quick_connect_queues (
            name TEXT NOT NULL REFERENCES quick_connects ON DELETE CASCADE,
            queue TEXT NOT NULL REFERENCES queues ON DELETE CASCADE,
            PRIMARY KEY (name, queue)
        ) STRICT, WITHOUT ROWID""")


@STEPS(name="0014_staff")
def _staff(db: Database) -> None:
    db.execute("""
        CREATE TABLE agent_statuses (
            name TEXT PRIMARY KEY,
            description TEXT NOT NULL,
            type TEXT NOT NULL CHECK (type IN ('ROUTABLE', 'CUSTOM', 'OFFLINE')),
            display_order INTEGER NOT NULL UNIQUE,
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1))
        ) STRICT""")
    usual = (("Available", "ROUTABLE"), ("Offline", "OFFLINE"), ("Break", "CUSTOM"), ("Lunch", "CUSTOM"))
    for order, (name, kind) in enumerate(usual, start=1):
        db.execute("INSERT INTO agent_statuses VALUES (?, '', ?, ?, 1)", (name, kind, order))
    # Numbers and hashes lie apart from the agents: nothing that lists or sends agents can take them along.
    db.execute("""
        CREATE TABLE agent_access (
            agent TEXT PRIMARY KEY REFERENCES agents ON DELETE CASCADE,
            login TEXT NOT NULL UNIQUE,
            pin_hash TEXT NOT NULL,
            wrong INTEGER NOT NULL,
            locked_until REAL NOT NULL
        ) STRICT""")
    db.execute("""
        CREATE TABLE dispositions (
            queue TEXT NOT NULL,
            code TEXT NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (queue, code)
        ) STRICT, WITHOUT ROWID""")


@STEPS(name="0015_directory")
def _directory(db: Database) -> None:
    db.execute("CREATE TABLE directory (number TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID")
    db.execute("CREATE TABLE directory_revision (revision INTEGER NOT NULL) STRICT")
    db.execute("INSERT INTO directory_revision VALUES (0)")


@STEPS(name="0016_supervision")
def _supervision(db: Database) -> None:
    db.execute("""
        CREATE TABLE supervision_rights (
            agent TEXT PRIMARY KEY REFERENCES agents ON DELETE CASCADE,
            supervisor INTEGER NOT NULL CHECK (supervisor IN (0, 1)),
            monitorable INTEGER NOT NULL CHECK (monitorable IN (0, 1))
        ) STRICT""")


@STEPS(name="0017_voicemail")
def _voicemail(db: Database) -> None:
    db.execute("""
        CREATE TABLE mailboxes (
            mailbox TEXT PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('agent', 'queue', 'extension')),
            owner TEXT NOT NULL,
            greeting TEXT NOT NULL,
            longest_s REAL NOT NULL,
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1))
        ) STRICT""")
    db.execute("""
        CREATE TABLE voicemails (
            recording TEXT PRIMARY KEY REFERENCES recordings DEFERRABLE INITIALLY DEFERRED,
            mailbox TEXT NOT NULL,
            contact TEXT NOT NULL,
            caller TEXT NOT NULL,
            caller_name TEXT NOT NULL,
            left_wall_s REAL NOT NULL,
            state TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX voicemails_mailbox ON voicemails (mailbox, state)")


@STEPS(name="0018_campaigns")
def _campaigns(db: Database) -> None:
    db.execute("CREATE TABLE campaigns (campaign TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT")
    db.execute("""
        CREATE TABLE do_not_call (
            number TEXT NOT NULL,
            campaign TEXT NOT NULL,
            note TEXT NOT NULL,
            added_wall_s REAL NOT NULL,
            PRIMARY KEY (number, campaign)
        ) STRICT, WITHOUT ROWID""")
    db.execute("ALTER TABLE queues ADD COLUMN caller_name TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE queues ADD COLUMN outbound_flow TEXT")
    db.execute("CREATE UNIQUE INDEX errands_once ON errands (campaign, number) WHERE campaign <> ''")
    db.execute("CREATE INDEX errands_contact ON errands (contact)")


@STEPS(name="0019_disconnect_flows")
def _disconnect_flows(db: Database) -> None:
    db.execute("ALTER TABLE queues ADD COLUMN disconnect_flow TEXT")


@STEPS(name="0020_mailbox_access")
def _mailbox_access(db: Database) -> None:
    db.execute("ALTER TABLE mailboxes ADD COLUMN number TEXT NOT NULL DEFAULT ''")
    db.execute("CREATE UNIQUE INDEX mailboxes_number ON mailboxes (number) WHERE number <> ''")
    db.execute("""
        CREATE TABLE mailbox_access (
            mailbox TEXT PRIMARY KEY,
            pin_hash TEXT NOT NULL,
            wrong INTEGER NOT NULL,
            locked_until REAL NOT NULL
        ) STRICT""")


@STEPS(name="0021_profiles_of_offers")
def _profiles_of_offers(db: Database) -> None:
    db.execute("ALTER TABLE agent_rings ADD COLUMN profile TEXT")


@STEPS(name="0022_errands_of_contacts")
def _errands_of_contacts(db: Database) -> None:
    db.execute("ALTER TABLE contact_facts ADD COLUMN errand TEXT NOT NULL DEFAULT ''")


@STEPS(name="0023_outbox_times")
def _outbox_times(db: Database) -> None:
    # NULL for rows of older versions, and for contact events, which have times of their own.
    db.execute("ALTER TABLE outbox ADD COLUMN wall_s REAL")
    db.execute("ALTER TABLE outbox ADD COLUMN synced INTEGER")
    db.execute("CREATE INDEX outbox_metrics ON outbox (wall_s) WHERE kind = 'metrics'")


@STEPS(name="0024_sealed_recordings")
def _sealed_recordings(db: Database) -> None:
    db.execute("""
        CREATE TABLE sealed_recordings (
            recording TEXT PRIMARY KEY REFERENCES recordings,
            path TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            key TEXT NOT NULL,
            sealed_wall_s REAL NOT NULL,
            delivered_wall_s REAL,
            facts TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX sealed_recordings_delivered ON sealed_recordings (delivered_wall_s, sealed_wall_s)")
    db.execute("CREATE TABLE legal_holds (hold TEXT, contact TEXT, PRIMARY KEY (contact, hold)) STRICT, WITHOUT ROWID")
    db.execute("""
        CREATE TABLE erasures (
            request TEXT NOT NULL,
            number INTEGER NOT NULL,
            done INTEGER NOT NULL CHECK (done IN (0, 1)),
            content TEXT NOT NULL,
            PRIMARY KEY (request, number)
        ) STRICT""")
    db.execute("CREATE INDEX contacts_customer ON contacts (customer) WHERE customer IS NOT NULL")


def apply(raw: sqlite3.Connection) -> None:
    """Do every step that is not done yet."""
    STEPS.apply(_database(raw))


def pending(raw: sqlite3.Connection) -> bool:
    """Whether a step is not done yet."""
    return bool(STEPS.pending(_database(raw)))


def unknown_steps(raw: sqlite3.Connection) -> list[str]:
    """Names of the steps that the file has seen and this program doesn't know: a newer program made it."""
    return sorted(set(step.name for step in STEPS.applied(_database(raw))) - names())


def names() -> set[str]:
    """Every step of this program."""
    with Database(memory=True) as empty:
        return {step.name for step in STEPS.pending(empty)}


def _database(raw: sqlite3.Connection) -> Database:
    return Database(raw, execute_plugins=False)
