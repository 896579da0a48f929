"""The last good answer of each function to each question, on disk: what a flow gets while the function is out of reach.

One SQLite file of the functions service's own, used from one thread of its own, so that no disk is waited for by the
service's loop. Losing it costs nothing but old answers: a damaged file is begun anew, and so is one that somebody has
taken away (an erasure request does). Questions are kept as hashes.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from appliance.clock import Clock
from appliance.contact.functions.asked import details
from appliance.contact.functions.definitions import Function
from appliance.stamps import Stamp

MOST_ROWS = 20_000
REFRESH_PART = 0.05  # an unchanged answer is written again once this part of its maximum age has gone (flash wear)
UNKNOWN_CALLERS = frozenset({"", "anonymous", "unknown", "restricted", "unavailable", "private"})
_TABLE = """CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, function TEXT NOT NULL, answer BLOB NOT NULL,
    boot TEXT NOT NULL, mono_s REAL NOT NULL, wall_s REAL NOT NULL) WITHOUT ROWID"""
_log = logging.getLogger(__name__)
T = TypeVar("T")


class Kept(NamedTuple):
    """A stored answer and its age in seconds."""

    answer: dict[str, Any]
    age_s: float


def question(function: Function, event: Mapping[str, Any]) -> str | None:
    """What an answer is kept under; None where none may be kept: no maximum age, or the caller is not known."""
    if function.cache_max_age_s <= 0:
        return None
    caller = "" if function.cache_for == "everyone" else _caller(event)
    if function.cache_for == "caller" and caller.lower() in UNKNOWN_CALLERS:
        return None
    text = msgspec.json.encode([function.name, details(event, "Parameters"), caller], order="deterministic")
    return hashlib.sha256(text).hexdigest()


class _Row(NamedTuple):
    """One line of the table."""

    text: bytes
    boot: str
    mono_s: float
    wall_s: float

    def age_s(self, now: Stamp) -> float:
        """Exact within one boot; by the wall clock else. A box without a clock may wake up in the past: 0 then."""
        return max(0.0, now.mono_s - self.mono_s if self.boot == now.boot else now.wall_s - self.wall_s)


class AnswerCache:
    """The file at `path`. No method raises: without its disk the service goes on without old answers."""

    def __init__(self, path: Path, now: Clock) -> None:
        self._path = path
        self._now = now
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="answers")
        self._database: sqlite3.Connection | None = None

    async def get(self, key: str, max_age_s: float) -> Kept | None:
        """The answer kept under `key`, unless older than `max_age_s`."""
        found = await self._run(lambda database: _row(database, key), None)
        if found is None or (age_s := found.age_s(self._now())) > max_age_s:
            return None
        try:
            answer = msgspec.json.decode(found.text, type=dict[str, Any])
        except msgspec.DecodeError:
            return None
        return Kept(answer, age_s)

    async def put(self, key: str, function: Function, answer: Mapping[str, Any]) -> None:
        """Keep `answer` as the latest good one."""
        text, now = msgspec.json.encode(answer), self._now()
        fresh_s = function.cache_max_age_s * REFRESH_PART

        def write(database: sqlite3.Connection) -> None:
            found = _row(database, key)
            if found is None or found.text != text or found.age_s(now) > fresh_s:
                values = (key, function.name, text, now.boot, now.mono_s, now.wall_s)
                database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", values)

        await self._run(write, None)

    async def prune(self, max_ages_s: Mapping[str, float]) -> int:
        """Forget what is past its function's age, of no function any more, or beyond MOST_ROWS. Returns how many."""
        now = self._now()
        return await self._run(lambda database: _prune(database, max_ages_s, now), 0)

    def close(self) -> None:
        """Wait for what is being written, then let go of the file."""
        self._thread.submit(self._forget).result()
        self._thread.shutdown()

    async def _run(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._try, work, otherwise)

    def _try(self, work: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        try:
            return work(self._open())
        except sqlite3.Error as error:
            _log.error("last good answers at %s: %s; is the disk full or damaged?", self._path, error)
            self._forget()
            if type(error) is sqlite3.DatabaseError:  # damaged, or no database at all
                for end in ("", "-wal", "-shm"):
                    self._path.with_name(self._path.name + end).unlink(missing_ok=True)
            return otherwise

    def _open(self) -> sqlite3.Connection:
        if not self._path.exists():
            self._forget()
        if self._database is None:
            with contextlib.suppress(OSError):  # SQLite then says what is wrong
                os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            database = sqlite3.connect(self._path, isolation_level=None)
            self._database = database
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(_TABLE)
        return self._database

    def _forget(self) -> None:
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
            self._database = None


def _caller(event: Mapping[str, Any]) -> str:
    endpoint = details(event, "ContactData").get("CustomerEndpoint")
    address = endpoint.get("Address") if isinstance(endpoint, Mapping) else None
    return address if isinstance(address, str) else ""


def _row(database: sqlite3.Connection, key: str) -> _Row | None:
    row = database.execute("SELECT answer, boot, mono_s, wall_s FROM answers WHERE key = ?", (key,)).fetchone()
    return None if row is None else _Row(*row)


def _prune(database: sqlite3.Connection, max_ages_s: Mapping[str, float], now: Stamp) -> int:
    rows = database.execute("SELECT key, function, boot, mono_s, wall_s FROM answers").fetchall()
    ages = {key: (_Row(b"", *stamp).age_s(now), max_ages_s.get(function, 0.0)) for key, function, *stamp in rows}
    kept = sorted((age, key) for key, (age, most) in ages.items() if age <= most)[:MOST_ROWS]
    gone = ages.keys() - {key for _, key in kept}
    database.executemany("DELETE FROM answers WHERE key = ?", [(key,) for key in gone])
    return len(gone)
