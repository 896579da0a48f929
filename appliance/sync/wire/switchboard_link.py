"""Asks the switchboard by its local API: one line of JSON there, one back, a connection for each question.

A switchboard that isn't there is no fault of the link to the console: it comes back.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from appliance.errors import SyncError
from appliance.switchboard.calling import NotRunningError, result_of
from appliance.switchboard.wire import LONGEST_LINE, Request, encode

PATIENCE_S = 30.0


class SwitchboardAwayError(SyncError):
    """Nobody answers at the switchboard's socket."""


class SwitchboardLink:
    def __init__(self, path: Path) -> None:
        self._path = path

    async def call(self, op: str, **args: Any) -> Any:
        """The result of operation `op`. Raises SwitchboardAwayError, RequestError where it says no."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                line = await ask(self._path, encode(Request(op=op, args=args)))
        except (OSError, TimeoutError, ValueError) as error:
            raise SwitchboardAwayError(f"the switchboard at {self._path} does not answer {op}: {error}") from error
        try:
            return result_of(line, op)
        except NotRunningError as error:
            raise SwitchboardAwayError(str(error)) from error


async def ask(path: Path, line: bytes) -> bytes:
    """The one line that a local socket answers to this one. Raises OSError, ValueError for an endless one."""
    reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST_LINE)
    try:
        writer.write(line)
        await writer.drain()
        answer = await reader.readline()
    finally:
        writer.close()
    if not answer.endswith(b"\n"):
        raise ConnectionResetError("it closed the connection")
    return answer
