"""Names of outside callers: the published directory, mapped into memory and shared by all contact processes."""

from __future__ import annotations

import logging
import mmap
from pathlib import Path

import msgspec

from appliance.dialplan.directory import find_name
from appliance.events import Endpoint

_log = logging.getLogger(__name__)


class Directory:
    """Looks names up; a file that was replaced is mapped again. Without a file nobody has a name."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._sheet: mmap.mmap | bytes = b""

    def name(self, number: str) -> str:
        """Who has `number` (E.164), "" where nobody knows."""
        self._follow()
        return find_name(self._sheet, number)

    def named(self, endpoint: Endpoint) -> Endpoint:
        """`endpoint` with its name where the directory knows one; what a caller says of itself gives way."""
        name = self.name(endpoint.address) if endpoint.type == "TELEPHONE_NUMBER" else ""
        return msgspec.structs.replace(endpoint, display_name=name) if name else endpoint

    def _follow(self) -> None:
        if self._path is None:
            return
        try:
            stat = self._path.stat()
            if (stat.st_ino, stat.st_mtime_ns) != self._seen:
                with self._path.open("rb") as file:
                    self._sheet = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                self._seen = (stat.st_ino, stat.st_mtime_ns)
        except FileNotFoundError:
            self._sheet, self._seen = b"", None
        except (OSError, ValueError) as error:
            _log.warning("names of callers can't be read from %s: %s", self._path, error)
