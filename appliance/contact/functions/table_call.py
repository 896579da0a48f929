"""Functions of kind `table`: one row of a CSV or SQLite file, found by one value of the event.

Reading happens in threads of the function's own: a file on a disk that hangs keeps nobody else waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import msgspec

from appliance.contact.functions.asked import Asked, details
from appliance.contact.functions.csv_table import CsvTable
from appliance.contact.functions.definitions import TableFunction
from appliance.contact.functions.faults import FunctionError
from appliance.contact.functions.sqlite_table import SqliteTable

THREADS = 2

Row = Mapping[str, Any]


class Table(Protocol):
    """A file with rows. Used from several threads."""

    def find(self, value: str, time_limit_s: float) -> Row | None:
        """The first row that fits. Raises FunctionError."""


class TableCaller:
    """One table."""

    def __init__(self, function: TableFunction) -> None:
        self._function = function
        self._table: Table = SqliteTable(function) if function.table else CsvTable(function)
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix=f"table-{function.name}")

    async def call(self, asked: Asked) -> bytes:
        """The row as JSON, the default where none fits. Raises FunctionError."""
        value = value_at(asked.event, self._function.parameter)
        if value is None:
            raise FunctionError(f"the event has no {self._function.parameter}")
        loop = asyncio.get_running_loop()
        row = await loop.run_in_executor(self._threads, self._table.find, value, asked.left_s)
        if row is None:
            row = self._function.default
        if row is None:
            raise FunctionError("no row of the table fits", refused=True)
        return msgspec.json.encode(row)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def value_at(event: Mapping[str, Any], name: str) -> str | None:
    """The parameter of that name, else what that path leads to in the contact's data; only texts and numbers."""
    parameters = details(event, "Parameters")
    found: Any = parameters.get(name)
    if name not in parameters:
        found = details(event, "ContactData")
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    return str(found).strip()
