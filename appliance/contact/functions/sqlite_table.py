"""A table or view of a SQLite file, opened for reading only, one look-up a connection.

The looked-up value is a bound parameter, never part of the SQL text; names of table and columns come from the
configuration and are quoted. A look-up that takes too long is interrupted.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from appliance.contact.functions.definitions import TableFunction
from appliance.contact.functions.faults import FunctionError

STEPS = 10_000  # of SQLite's machine between looks at the clock


class SqliteTable:
    """One table of one file."""

    def __init__(self, function: TableFunction) -> None:
        self._address = Path(function.file).absolute().as_uri() + "?mode=ro"
        columns = ", ".join(f"t.{_quoted(column)}" for column in function.columns) or "*"
        table, column = _quoted(function.table), _quoted(function.column)
        self._select = f"SELECT {columns} FROM {table} AS t WHERE t.{column} = ? LIMIT 1"

    def find(self, value: str, time_limit_s: float) -> Mapping[str, Any] | None:
        """The first row whose column equals `value`. Raises FunctionError."""
        deadline = time.monotonic() + time_limit_s
        try:
            with contextlib.closing(sqlite3.connect(self._address, uri=True, timeout=time_limit_s)) as database:
                database.execute("PRAGMA query_only = ON")
                database.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
                found = database.execute(self._select, (value,))
                row = found.fetchone()
                return None if row is None else _named([column[0] for column in found.description], row)
        except sqlite3.OperationalError as error:
            raise FunctionError(f"the table can't be read ({error})", again=_is_passing(error)) from error
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise FunctionError(f"the table can't be read ({type(error).__name__})") from error


def _quoted(name: str) -> str:
    """An identifier in double quotes, one inside doubled. Write "t." before it: alone SQLite may take it for a text."""
    return '"' + name.replace('"', '""') + '"'


def _named(names: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
    if any(isinstance(value, bytes) for value in row):
        raise FunctionError("the row holds binary data; name the text columns in columns")
    return dict(zip(names, row, strict=True))


def _is_passing(error: sqlite3.OperationalError) -> bool:
    """Locked, busy, interrupted, disk trouble; not a missing table or column."""
    return getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
