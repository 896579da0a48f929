"""Files that survive a power cut: whole or not at all, and on the disk when these return. All raise OSError."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

PRIVATE = 0o600  # for the service only
SHARED = 0o666  # less the process's umask


def sync(path: Path) -> None:
    """The content of the file `path`, or the names in the folder `path`, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(file: Path, content: bytes, *, mode: int = PRIVATE) -> None:
    """`file` holds `content`, or what it held before. For one writer; `mode`: of a new file."""
    fresh = file.with_name(f"{file.name}.new")
    _write(fresh, content, os.O_TRUNC, mode)
    fresh.replace(file)


def keep_first(file: Path, content: bytes) -> None:
    """`file` holds `content` unless there was one: of several processes that begin at once the first wins."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        _write(draft, content, os.O_EXCL, PRIVATE)
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)


def _write(file: Path, content: bytes, how: int, mode: int) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how, mode)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
