"""Creates Kamailio's SQLite databases and opens the one whose rows the box writes.

Four files, one writer each, because Kamailio's SQLite driver sets no busy timeout: what can't be written at once is
lost. `edge.db` (subscribers, believed addresses, trunks) is written here and only read by Kamailio; the locations, on
the data disk too, by Kamailio's usrloc process; the dialogs by its timer process, in the run directory, because a
dialog outlives a restart of Kamailio but not of the box; so do phones' subscriptions, by the presence module's.
The tables come from the scripts that Debian ships with Kamailio, so that they fit the installed version.
Must not: hold a connection open.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from appliance.config.paths import BoxPaths
from appliance.errors import EdgeError

SCHEMA_FOLDER = Path("/usr/share/kamailio/db_sqlite")
_EDGE_SCHEMAS = ("standard", "auth_db", "permissions", "uac")
_LOCATION_SCHEMAS = ("standard", "usrloc")
_DIALOG_SCHEMAS = ("standard", "dialog")
_PRESENCE_SCHEMAS = ("standard", "presence")
_BUSY_TIMEOUT_S = 5.0

# What one process writes, others may read at any time. Not for edge.db: Kamailio's processes open that one all at once,
# and where a write-ahead log has to be recovered, all but the first would be told that it is locked.
_WRITE_AHEAD = "PRAGMA journal_mode = WAL;"

# SHA-256 hashes (RFC 8760) are stored from the first day on, because they can't be made from the MD5 ones later.
_OWN_TABLES = """
ALTER TABLE subscriber ADD COLUMN ha1_sha256 VARCHAR(128) DEFAULT '' NOT NULL;
CREATE TABLE trunk_setting (
    id INTEGER PRIMARY KEY NOT NULL,
    key_name VARCHAR(64) NOT NULL UNIQUE,
    key_type INTEGER DEFAULT 0 NOT NULL,
    value_type INTEGER DEFAULT 0 NOT NULL,
    key_value VARCHAR(128) DEFAULT '' NOT NULL,
    expires INTEGER DEFAULT 0 NOT NULL
);
INSERT INTO version (table_name, table_version) VALUES ('trunk_setting', 2);
"""


def location_database(paths: BoxPaths) -> Path:
    """Where Kamailio keeps which phone is reached where."""
    return paths.data / "edge-locations.db"


def dialog_database(paths: BoxPaths) -> Path:
    """Where Kamailio keeps the dialogs under way."""
    return paths.run / "edge-dialogs.db"


def presence_database(paths: BoxPaths) -> Path:
    """Where Kamailio keeps which phone has subscribed to which lamp."""
    return paths.run / "edge-presence.db"


def create_databases(paths: BoxPaths) -> None:
    """Make the databases, readable by nobody else, where they are missing. Existing ones are left as they are.

    Raises EdgeError where Kamailio's schema scripts are missing or a file can't be written.
    """
    _create(paths.edge_db, _EDGE_SCHEMAS, _OWN_TABLES)
    _create(location_database(paths), _LOCATION_SCHEMAS, _WRITE_AHEAD)
    _create(dialog_database(paths), _DIALOG_SCHEMAS, _WRITE_AHEAD)
    _create(presence_database(paths), _PRESENCE_SCHEMAS, _WRITE_AHEAD)


@contextmanager
def edge_database(paths: BoxPaths) -> Iterator[sqlite3.Connection]:
    """A connection to `edge.db` for one transaction: committed at the end, rolled back by an exception.

    Raises EdgeError for whatever SQLite complains about.
    """
    if not paths.edge_db.exists():
        raise EdgeError(f"edge database {paths.edge_db} is missing; create it with create_databases()")
    try:
        with closing(sqlite3.connect(paths.edge_db, timeout=_BUSY_TIMEOUT_S)) as connection, connection:
            yield connection
    except sqlite3.Error as error:
        raise EdgeError(f"edge database {paths.edge_db}: {error}; check the disk and who else has it open") from error


def _create(path: Path, schemas: tuple[str, ...], own_tables: str) -> None:
    """Build next to `path` and rename, so that a half-made database is never found."""
    if path.exists():
        return
    script = "".join(_schema(name) for name in schemas) + own_tables
    unfinished = path.with_name(path.name + ".new")
    try:
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        with closing(sqlite3.connect(unfinished)) as connection:
            connection.executescript(script)
        unfinished.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise EdgeError(f"can't create {path}: {error}; check that its folder exists and is writable") from error


def _schema(name: str) -> str:
    script = SCHEMA_FOLDER / f"{name}-create.sql"
    try:
        return script.read_text()
    except OSError as error:
        raise EdgeError(f"Kamailio's schema {script} can't be read: install kamailio-sqlite-modules") from error
