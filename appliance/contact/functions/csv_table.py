"""A CSV file with a header line as a table: held in memory by the column that is asked for, read again when it changes.

UTF-8 with or without a byte order mark. Values are compared as written, without blanks around them. Knows no threads
but its own lock.
"""

from __future__ import annotations

import csv
import threading
from collections.abc import Mapping
from pathlib import Path

from appliance.contact.functions.definitions import TableFunction
from appliance.contact.functions.faults import FunctionError

MOST_BYTES = 32 * 1024 * 1024
Version = tuple[int, int, int]


class CsvTable:
    """The rows of one file by the value in `column`; the first row of a value counts."""

    def __init__(self, function: TableFunction) -> None:
        self._function = function
        self._path = Path(function.file)
        self._lock = threading.Lock()
        self._version: Version | None = None
        self._rows: dict[str, tuple[str, ...]] = {}
        self._names: tuple[str, ...] = ()

    def find(self, value: str, time_limit_s: float) -> Mapping[str, str] | None:
        """The row of `value`. Raises FunctionError where the file can't be used."""
        if not self._lock.acquire(timeout=max(0.0, time_limit_s)):
            raise FunctionError("the table is still being read", again=True)
        try:
            self._refresh()
            row, names = self._rows.get(value), self._names
        finally:
            self._lock.release()
        return None if row is None else dict(zip(names, row, strict=True))

    def _refresh(self) -> None:
        try:
            stat = self._path.stat()
            version = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if version == self._version:
                return
            if stat.st_size > MOST_BYTES:
                raise FunctionError(f"the table exceeds {MOST_BYTES} bytes; use SQLite")
            self._read()
            self._version = version
        except OSError as error:
            raise FunctionError(f"the table can't be read ({error.strerror})", again=True) from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise FunctionError("the table is no CSV in UTF-8") from error

    def _read(self) -> None:
        with self._path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, delimiter=self._function.delimiter)
            header = [name.strip() for name in next(lines, [])]
            key, chosen = self._places(header)
            rows: dict[str, tuple[str, ...]] = {}
            for line in lines:
                if len(line) > key:
                    row = tuple(line[place].strip() if place < len(line) else "" for place in chosen)
                    rows.setdefault(line[key].strip(), row)
        self._rows, self._names = rows, tuple(header[place] for place in chosen)

    def _places(self, header: list[str]) -> tuple[int, list[int]]:
        wanted = self._function.columns or tuple(dict.fromkeys(name for name in header if name))
        missing = [name for name in (self._function.column, *wanted) if name not in header]
        if missing:
            raise FunctionError(f"the table has no column {missing[0]}; its header line must name it")
        return header.index(self._function.column), [header.index(name) for name in wanted]
