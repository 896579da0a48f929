"""The open database: the one class that speaks SQL, for every repository of the store.

sqlite-utils keeps the schema up to date (`migrations`); it is loaded only when there is something to do, because it
needs more memory than the rest of the store. Statements are constant text with parameters; values never become part
of the text. A connection serves one thread at a time (it may be handed to a worker thread as a whole); other threads
and processes open the file read-only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from appliance.errors import StoreError
from appliance.store.failures import StoreVersionError, translated, vendor_errors

SCHEMA = 24  # how many steps `migrations` has; kept in the file as user_version once all of them are done
Value = str | int | float | bytes | None
Row = dict[str, Any]
_BUSY_TIMEOUT_S = 5.0


class Connection:
    """Rows in, rows out, transactions; raises StoreError and its kin only."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw

    @classmethod
    def writer(cls, path: Path) -> Connection:
        """Open or create `path` and bring its schema up to date. WAL; every commit is on the disk when it returns."""
        with _opened(f"file:{_quoted(path)}?mode=rwc", str(path)) as raw:
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("PRAGMA synchronous = FULL")
            raw.execute("PRAGMA journal_size_limit = 16777216")
            raw.execute("PRAGMA cache_size = -512")  # KiB: nearly everything is appended
            _migrate(raw, str(path))
        return cls(raw)

    @classmethod
    def private(cls, path: Path, steps: Sequence[str]) -> Connection:
        """A file that one process keeps for itself beside the store; every commit is on the disk when it returns.

        `steps` (one statement each) make its schema and are only ever added to. Raises StoreError.
        """
        with _opened(f"file:{_quoted(path)}?mode=rwc", str(path)) as raw:
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("PRAGMA synchronous = FULL")
            raw.execute("PRAGMA journal_size_limit = 4194304")
            done = _schema(raw)
            if done > len(steps):
                raise StoreVersionError(f"{path} was made by a newer program; install that version again")
            for number, step in enumerate(steps[done:], start=done + 1):
                with _Block(raw):
                    raw.execute(step)
                    raw.execute(f"PRAGMA user_version = {number}")
        return cls(raw)

    @classmethod
    def private_reader(cls, path: Path, steps: Sequence[str]) -> Connection | None:
        """Such a file, for reading beside its process; None while it isn't there or not (yet) up to date.

        Raises StoreError.
        """
        if not path.exists():
            return None
        with _opened(f"file:{_quoted(path)}?mode=ro", str(path)) as raw:
            if _schema(raw) == len(steps):
                return cls(raw)
        raw.close()
        return None

    @staticmethod
    def up_to_date(path: Path) -> bool:
        """Whether `path` is there and has this program's schema. Raises StoreError where it can't be read."""
        if not path.exists():
            return False
        with _opened(f"file:{_quoted(path)}?mode=ro", str(path)) as raw:
            found = _schema(raw) == SCHEMA
        raw.close()
        return found

    @classmethod
    def reader(cls, path: Path) -> Connection:
        """Open `path` for reading beside the writer; every read sees the last committed state."""
        if not path.exists():
            raise StoreError(f"no store at {path}; start the box once ('linekeeper up') to make it")
        with _opened(f"file:{_quoted(path)}?mode=ro", str(path)) as raw:
            _refuse_other(raw, str(path))
        return cls(raw)

    @classmethod
    def memory(cls) -> Connection:
        """A store that lives as long as this object, for tests and dry runs."""
        with _opened(":memory:", "in memory") as raw:
            _migrate(raw, "in memory")
        return cls(raw)

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; an inner block that raises undoes only itself if the caller catches the error."""
        return _Block(self._raw)

    def rows(self, sql: str, parameters: Sequence[Value] | Mapping[str, Value] = ()) -> list[Row]:
        """Every row of a query, as dictionaries by column name."""
        try:
            cursor = self._raw.execute(sql, parameters)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        except sqlite3.Error as error:
            raise translated("read the store", error) from error

    def row(self, sql: str, parameters: Sequence[Value] = ()) -> Row | None:
        """The first row, or None."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def value(self, sql: str, parameters: Sequence[Value] = ()) -> Any:
        """The first column of the first row, or None."""
        try:
            row = self._raw.execute(sql, parameters).fetchone()
        except sqlite3.Error as error:
            raise translated("read the store", error) from error
        return row[0] if row else None

    def write(self, sql: str, parameters: Sequence[Value] | Mapping[str, Value] = ()) -> int:
        """One INSERT, UPDATE or DELETE, committed at once outside a transaction; returns the rows it touched."""
        return self._execute(sql, parameters).rowcount

    def insert(self, sql: str, parameters: Sequence[Value] = ()) -> int:
        """One INSERT; returns the row's number."""
        return int(self._execute(sql, parameters).lastrowid or 0)

    def write_many(self, sql: str, parameters: Iterable[Sequence[Value]]) -> None:
        """The same statement for each row, all in one transaction."""
        with self.transaction():
            try:
                self._raw.executemany(sql, parameters)
            except sqlite3.Error as error:
                raise translated("write the store", error) from error

    def _execute(self, sql: str, parameters: Sequence[Value] | Mapping[str, Value]) -> sqlite3.Cursor:
        try:
            return self._raw.execute(sql, parameters)
        except sqlite3.Error as error:
            raise translated("write the store", error) from error

    def faults(self) -> list[str]:
        """What SQLite finds wrong with the file (quick_check, foreign_key_check); empty if nothing. Reads it whole."""
        found = [row["quick_check"] for row in self.rows("PRAGMA quick_check") if row["quick_check"] != "ok"]
        broken = self.rows("PRAGMA foreign_key_check")
        return found + [
            f"row {row['rowid']} of {row['table']} names a missing row of {row['parent']}" for row in broken
        ]

    def close(self) -> None:
        with vendor_errors("close the store"):
            self._raw.close()


class _Block:
    """BEGIN … COMMIT, or inside such a block a savepoint: of several with one name SQLite means the innermost."""

    __slots__ = ("_inner", "_raw")

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw
        self._inner = False

    def __enter__(self) -> None:
        self._inner = self._raw.in_transaction
        self._execute("SAVEPOINT block" if self._inner else "BEGIN")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is not None:
            self._undo()
            return
        try:
            self._execute("RELEASE block" if self._inner else "COMMIT")
        except StoreError:
            self._undo()
            raise

    def _undo(self) -> None:
        """Some errors (a full disk) have undone everything already."""
        if self._raw.in_transaction:
            for statement in ("ROLLBACK TO block", "RELEASE block") if self._inner else ("ROLLBACK",):
                self._execute(statement)

    def _execute(self, statement: str) -> None:
        try:
            self._raw.execute(statement)
        except sqlite3.Error as error:
            raise translated("write the store", error) from error


@contextmanager
def _opened(name: str, shown: str) -> Iterator[sqlite3.Connection]:
    """The database of that name, closed again if it turns out to be unusable."""
    with vendor_errors(f"open store {shown}"):
        raw = sqlite3.connect(name, timeout=_BUSY_TIMEOUT_S, uri=True, check_same_thread=False, isolation_level=None)
        try:
            raw.execute("PRAGMA foreign_keys = ON")
            yield raw
        except BaseException:
            raw.close()
            raise


def _migrate(raw: sqlite3.Connection, shown: str) -> None:
    if _schema(raw) == SCHEMA:
        return
    from appliance.store import facts_of_records, migrations

    _refuse_newer(migrations.unknown_steps(raw), shown)
    migrations.apply(raw)
    with _Block(raw):
        for statement in facts_of_records.anew():
            raw.execute(statement)
    raw.execute(f"PRAGMA user_version = {SCHEMA}")


def _refuse_other(raw: sqlite3.Connection, shown: str) -> None:
    """A reader can't bring the schema up to date."""
    if _schema(raw) == SCHEMA:
        return
    from appliance.store import migrations

    _refuse_newer(migrations.unknown_steps(raw), shown)
    if migrations.pending(raw):
        raise StoreVersionError(f"store {shown} must be brought up to date; start the switchboard once")


def _schema(raw: sqlite3.Connection) -> int:
    return int(raw.execute("PRAGMA user_version").fetchone()[0])


def _refuse_newer(unknown: list[str], shown: str) -> None:
    if unknown:
        raise StoreVersionError(
            f"store {shown} was made by a newer program ({unknown[-1]}); install that version again"
        )


def _quoted(path: Path) -> str:
    """The path for SQLite's file: URI (https://www.sqlite.org/uri.html)."""
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
