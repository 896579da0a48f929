"""The schema of `sync.db`, one statement a step. Only ever add to the end: the file keeps how many it has seen.

Columns `…_wall_s` are wall time in seconds; a position is written as `appliance.cloud.chain` writes it (`17:9f86d0…`).
"""

from __future__ import annotations

STEPS = (
    # Where the chain of this box's present identity stands. outbox: the last row that the console has for certain;
    # halted: why nothing may be sent until a person has looked, "" while all is well.
    """CREATE TABLE chain (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        box TEXT NOT NULL,
        seq INTEGER NOT NULL,
        head TEXT NOT NULL,
        outbox INTEGER NOT NULL,
        halted TEXT NOT NULL
    ) STRICT""",
    # Events rendered once, packed; kept for a while after they were acknowledged, for a console that was restored.
    """CREATE TABLE batches (
        first INTEGER PRIMARY KEY,
        last INTEGER NOT NULL,
        after TEXT NOT NULL,
        head TEXT NOT NULL,
        outbox INTEGER NOT NULL,
        facts TEXT NOT NULL,
        body BLOB,
        sealed_wall_s REAL NOT NULL,
        acknowledged_wall_s REAL
    ) STRICT""",
    "CREATE INDEX batches_last ON batches (last)",
    # What is known of the link, as JSON.
    "CREATE TABLE link (one INTEGER PRIMARY KEY CHECK (one = 1), memory TEXT NOT NULL) STRICT",
    # Outages that have ended. noted: the outbox row that tells of it; until: how far the stretch goes that is compared.
    """CREATE TABLE outages (
        outage TEXT PRIMARY KEY,
        content TEXT NOT NULL,
        after TEXT NOT NULL,
        noted INTEGER,
        until TEXT,
        verdict TEXT,
        told TEXT,
        tries INTEGER NOT NULL DEFAULT 0,
        done INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    # Orders of the console as they came (signed), by box id: a box that is enrolled anew begins with number 1.
    """CREATE TABLE orders (
        box TEXT NOT NULL,
        number INTEGER NOT NULL,
        document TEXT NOT NULL,
        done INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (box, number)
    ) STRICT""",
    # What the console wanted last and the box has done: between it and what is lie the technician's changes.
    """CREATE TABLE applied (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (kind, name)
    ) STRICT""",
    # A change that is put back unless the console is reached in time. undo: for the switchboard. All JSON.
    """CREATE TABLE probation (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        number INTEGER NOT NULL,
        version INTEGER NOT NULL,
        undo TEXT NOT NULL,
        applied TEXT NOT NULL,
        began TEXT NOT NULL
    ) STRICT""",
    # What was last told of local changes (JSON), so that it is told only when it is another.
    "CREATE TABLE drift (one INTEGER PRIMARY KEY CHECK (one = 1), told TEXT NOT NULL) STRICT",
    # What came of commands and isn't in the outbox yet (JSON).
    """CREATE TABLE answers (
        box TEXT NOT NULL,
        number INTEGER NOT NULL,
        content TEXT NOT NULL,
        PRIMARY KEY (box, number)
    ) STRICT""",
)
