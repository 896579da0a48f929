"""The open database: the one class that speaks SQL through sqlite-utils, for every repository of the store.

Statements are constant text with parameters; values never become part of the text. A connection serves one thread at
a time (it may be handed to a worker thread as a whole); other threads and processes open the file read-only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from appliance.errors import StoreError
from appliance.store.failures import StoreVersionError, vendor_errors
from appliance.store.migrations import STEPS, unknown_steps

Value = str | int | float | None
Row = dict[str, Any]
_BUSY_TIMEOUT_S = 5.0


class Connection:
    """Rows in, rows out, transactions; raises StoreError and its kin only."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @classmethod
    def writer(cls, path: Path) -> Connection:
        """Open or create `path` and bring its schema up to date. WAL; every commit is on the disk when it returns."""
        with _opened(f"file:{_quoted(path)}?mode=rwc", str(path)) as db:
            db.enable_wal()
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA journal_size_limit = 16777216")
            _migrate(db, str(path))
        return cls(db)

    @classmethod
    def reader(cls, path: Path) -> Connection:
        """Open `path` for reading beside the writer; every read sees the last committed state."""
        if not path.exists():
            raise StoreError(f"no store at {path}; start the box once ('linekeeper up') to make it")
        with _opened(f"file:{_quoted(path)}?mode=ro", str(path)) as db:
            _refuse_newer(db, str(path))
            if STEPS.pending(db):
                raise StoreVersionError(f"store {path} must be brought up to date; start the switchboard once")
        return cls(db)

    @classmethod
    def memory(cls) -> Connection:
        """A store that lives as long as this object, for tests and dry runs."""
        with _opened(":memory:", "in memory") as db:
            _migrate(db, "in memory")
        return cls(db)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an inner block that raises undoes only itself if the caller catches the error."""
        with vendor_errors("write the store"), self._db.atomic():
            yield

    def rows(self, sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """Every row of a query, as dictionaries by column name."""
        with vendor_errors("read the store"):
            cursor = self._db.execute(sql, parameters)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, sql: str, parameters: Sequence[Value] = ()) -> Row | None:
        """The first row, or None."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def value(self, sql: str, parameters: Sequence[Value] = ()) -> Any:
        """The first column of the first row, or None."""
        with vendor_errors("read the store"):
            row = self._db.execute(sql, parameters).fetchone()
        return row[0] if row else None

    def write(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        """One INSERT, UPDATE or DELETE, committed at once outside a transaction; returns the rows it touched."""
        with vendor_errors("write the store"):
            return self._db.execute(sql, parameters).rowcount

    def insert(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        """One INSERT; returns the row's number."""
        with vendor_errors("write the store"):
            return int(self._db.execute(sql, parameters).lastrowid or 0)

    def write_many(self, sql: str, parameters: Iterable[Sequence[Value]]) -> None:
        """The same statement for each row, all in one transaction."""
        with self.transaction():
            self._db.conn.executemany(sql, parameters)

    def faults(self) -> list[str]:
        """What SQLite finds wrong with the file (quick_check, foreign_key_check); empty if nothing. Reads it whole."""
        found = [row["quick_check"] for row in self.rows("PRAGMA quick_check") if row["quick_check"] != "ok"]
        broken = self.rows("PRAGMA foreign_key_check")
        return found + [
            f"row {row['rowid']} of {row['table']} names a missing row of {row['parent']}" for row in broken
        ]

    def close(self) -> None:
        with vendor_errors("close the store"):
            self._db.close()


@contextmanager
def _opened(name: str, shown: str) -> Iterator[Database]:
    """The database of that name, closed again if it turns out to be unusable."""
    with vendor_errors(f"open store {shown}"):
        raw = sqlite3.connect(name, timeout=_BUSY_TIMEOUT_S, uri=True, check_same_thread=False)
        try:
            raw.execute("PRAGMA foreign_keys = ON")
            yield Database(raw, execute_plugins=False)
        except BaseException:
            raw.close()
            raise


def _migrate(db: Database, shown: str) -> None:
    _refuse_newer(db, shown)
    STEPS.apply(db)


def _quoted(path: Path) -> str:
    """The path for SQLite's file: URI (https://www.sqlite.org/uri.html)."""
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _refuse_newer(db: Database, shown: str) -> None:
    if unknown := unknown_steps(db):
        raise StoreVersionError(
            f"store {shown} was made by a newer program ({unknown[-1]}); install that version again"
        )
