"""One writer: an flock on `<store>.lock`, with the holder's process id inside for the error text.

The kernel drops the lock when the process ends, however it ends. Must not be used across `os.fork` without exec:
a forked child shares the lock (the file is close-on-exec, so started programs don't).
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from appliance.errors import StoreError
from appliance.store.failures import StoreLockedError


class WriterLock:
    """Held from construction to `close` (safe to call twice)."""

    def __init__(self, store: Path) -> None:
        """Raises StoreLockedError, or StoreError where the lock file can't be made."""
        path = store.with_name(store.name + ".lock")
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise StoreError(f"could not make lock file {path}: {error.strerror}; check folder and rights") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = self._holder()
            os.close(self._descriptor)
            raise StoreLockedError(store, holder) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, b"%d\n" % os.getpid(), 0)

    def _holder(self) -> int | None:
        text = os.pread(self._descriptor, 32, 0).strip()
        return int(text) if text.isdigit() else None

    def close(self) -> None:
        """Let go. The file stays: removing it would let two writers hold two files of one name."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
