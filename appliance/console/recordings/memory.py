"""Audio for programs that read files (`flac`), without a file on any disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def in_memory(data: bytes) -> Iterator[Path]:
    """A path by which programs that this process starts can read `data`; gone at the end."""
    descriptor = os.memfd_create("recording", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(data)
        yield Path(f"/proc/{os.getpid()}/fd/{descriptor}")
    finally:
        os.close(descriptor)
