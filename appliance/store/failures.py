"""What can go wrong with the store, and the one place where sqlite3's errors become ours.

StoreError (appliance.errors)
├── StoreLockedError        another process is the writer; `holder` is its process id
├── StoreFullError          no space left: nothing of the transaction was written
├── StoreVersionError  the file was made by a newer program, or (read-only) must be migrated first
├── EventGapError           an event came whose predecessor is missing; `expected` is the number to send from
├── EventConflictError      the same (contact, writer, seq) came again with different content
└── UnknownReferenceError   a row names another one that doesn't exist (an agent's extension, a queue share)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.errors import StoreError
from appliance.events import ContactEvent


class StoreLockedError(StoreError):
    """The store has a writer already."""

    def __init__(self, path: Path, holder: int | None) -> None:
        who = f"process {holder}" if holder else "another process"
        super().__init__(
            f"store {path} is being written by {who}; stop it first, or open the store read-only (one writer at a time)"
        )
        self.path = path
        self.holder = holder


class StoreFullError(StoreError):
    """No space left on the device, or in the database."""


class StoreVersionError(StoreError):
    """The store's schema isn't the one this program knows."""


class UnknownReferenceError(StoreError):
    """A foreign key points at nothing."""


class EventGapError(StoreError):
    """The events before this one are missing."""

    def __init__(self, event: ContactEvent, expected: int) -> None:
        super().__init__(
            f"event {event.seq} of contact {event.contact} ({event.writer}) came where {expected} is next; "
            f"send the events from {expected} on"
        )
        self.event = event
        self.expected = expected


class EventConflictError(StoreError):
    """Two different events claim one number."""

    def __init__(self, event: ContactEvent) -> None:
        super().__init__(
            f"event {event.seq} of contact {event.contact} ({event.writer}) is stored with other content; "
            "two writers number the same contact: keep the stored one and look for the second writer"
        )
        self.event = event


@contextmanager
def vendor_errors(doing: str) -> Iterator[None]:
    """Turn sqlite3's errors into ours. `doing` says what was tried, e.g. `read the store`."""
    try:
        yield
    except sqlite3.Error as error:
        raise translated(doing, error) from error


def translated(doing: str, error: sqlite3.Error) -> StoreError:
    """Our error for sqlite3's; `doing` as in `vendor_errors`."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL"):
        return StoreFullError(f"could not {doing}: the disk is full; free some space (nothing was half written)")
    if name == "SQLITE_CONSTRAINT_FOREIGNKEY":
        return UnknownReferenceError(
            f"could not {doing}: a row names another one that doesn't exist, or is still in use"
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreError(f"could not {doing}: the file is damaged ({error}); restore it from the console's copy")
    return StoreError(f"could not {doing}: {error} ({name or type(error).__name__})")
