"""The functions there are now, each with what it takes to call it; follows the published file.

A function whose definition did not change keeps its connections and its state. One that changed or went is closed
when no call of it can be under way any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from appliance.contact.functions.asked import Caller
from appliance.contact.functions.definitions import (
    AnyFunction,
    BoxFunction,
    CommandFunction,
    HttpFunction,
    TableFunction,
    read_definitions,
)
from appliance.features import BOX_FUNCTIONS

LONGEST_CALL_S = 65.0
_log = logging.getLogger(__name__)
MakeCaller = Callable[[AnyFunction], Caller]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A function that can be called."""

    function: AnyFunction | BoxFunction
    caller: Caller


def box_entries(api_socket: str) -> dict[str, Entry]:
    """The box functions by name, none without a switchboard to ask."""
    from appliance.contact.functions.box_call import BoxCaller

    return {
        name: Entry(function=BoxFunction(name=name), caller=BoxCaller(feature.operation, api_socket))
        for name, feature in BOX_FUNCTIONS.items()
        if api_socket
    }


def make_caller(function: AnyFunction, mark: str = "") -> Caller:
    """What calls `function`. A kind's library is loaded with the first function of that kind.

    mark: what a command's processes carry (`leftovers`).
    """
    match function:
        case HttpFunction():
            from appliance.contact.functions.http_call import HttpCaller

            return HttpCaller(function)
        case CommandFunction():
            from appliance.contact.functions.command_call import CommandCaller

            return CommandCaller(function, mark)
        case TableFunction():
            from appliance.contact.functions.table_call import TableCaller

            return TableCaller(function)


class Registry:
    """Functions by name."""

    def __init__(self, path: Path, make: MakeCaller = make_caller, box: Mapping[str, Entry] | None = None) -> None:
        """`box`: functions that are always there."""
        self._path = path
        self._box = dict(box or {})
        self._make = make
        self._seen: tuple[int, int] | None = None
        self._entries: dict[str, Entry] = {}
        self._retired: list[Caller] = []
        self._closing: set[asyncio.Task[None]] = set()

    def find(self, name: str) -> Entry | None:
        """The function of that name, as published now; a file that can't be read leaves what was there."""
        if (own := self._box.get(name)) is not None:
            return own
        self.refresh()
        return self._entries.get(name)

    def max_ages_s(self) -> dict[str, float]:
        """How old an answer of each function may be."""
        return {name: entry.function.cache_max_age_s for name, entry in self._entries.items()}

    def refresh(self) -> None:
        """Read the file if it was replaced."""
        try:
            stat = self._path.stat()
            if (stat.st_ino, stat.st_mtime_ns) == self._seen:
                return
            functions = read_definitions(self._path)
            self._seen = (stat.st_ino, stat.st_mtime_ns)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.error("functions at %s can't be read (%s); the last good ones stay", self._path, error)
            return
        self._take(functions)

    async def close(self) -> None:
        """Close every function at once."""
        for caller in [*self._retired, *(entry.caller for entry in self._entries.values())]:
            await caller.close()
        self._retired.clear()
        self._entries.clear()

    def _take(self, functions: tuple[AnyFunction, ...]) -> None:
        before, self._entries = self._entries, {}
        for function in functions:
            old = before.get(function.name)
            if old is not None and old.function == function:
                self._entries[function.name] = before.pop(function.name)
            else:
                self._entries[function.name] = Entry(function=function, caller=self._make(function))
        for entry in before.values():
            self._retire(entry.caller)
        _log.info("%d functions are set up", len(self._entries))

    def _retire(self, caller: Caller) -> None:
        self._retired.append(caller)
        asyncio.get_running_loop().call_later(LONGEST_CALL_S, self._close_oldest)

    def _close_oldest(self) -> None:
        if self._retired:
            task = asyncio.create_task(self._retired.pop(0).close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
