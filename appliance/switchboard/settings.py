"""The configuration a switchboard runs with, and its reload: a broken file changes nothing.

What takes effect at once: numbers, region, recording policy, trunks. Ports, folders and sizes wait for the next start.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from appliance.config.contact_settings import box_paths
from appliance.config.lastgood import LastGood
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration

_AT_NEXT_START = ("edge", "contacts", "metrics")


class Settings:
    """`configuration` is the one in use; `problems` those of the file it stands in for, else empty."""

    def __init__(self, file: Path) -> None:
        """Raises ConfigError where the file is broken and none was ever good."""
        self.file = file.absolute()
        self._file = LastGood(file)
        loaded = self._file.load()
        self.configuration: Configuration = loaded.configuration
        self.problems: tuple[str, ...] = loaded.problems
        self.paths: BoxPaths = box_paths(loaded.configuration)

    async def reload(self) -> tuple[str, ...]:
        """Read the file again; the sections that wait for the next start. A broken file leaves `problems` and no more.

        Raises ConfigError where not even a last good copy is left.
        """
        loaded = await asyncio.to_thread(self._file.load)
        self.problems = loaded.problems
        if loaded.is_last_good:
            return ()
        before, self.configuration = self.configuration, loaded.configuration
        waiting = [name for name in _AT_NEXT_START if getattr(before, name) != getattr(self.configuration, name)]
        if box_paths(self.configuration) != self.paths:
            waiting.append("box")
        return tuple(waiting)
