"""Looks once a minute at what the box keeps: deletes what may go, warns, stops recording before room runs out.

Contact processes don't ask: a file (`BoxPaths.no_recording`) tells them, also while there is no switchboard.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from appliance.clock import Clock
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.errors import ApplianceError
from appliance.store.store import Store
from appliance.switchboard.keeping import retention
from appliance.switchboard.keeping.budget import Assessment, Level, assess, sentence
from appliance.switchboard.keeping.measuring import measure, policy
from appliance.switchboard.store_thread import StoreThread
from appliance.switchboard.tasks import end

logger = logging.getLogger(__name__)

EVERY_S = 60.0
SOON_S = 0.2  # while there is more to erase


class Housekeeper:
    """`messages_changed` is told when messages went, `published` when names went (the directory)."""

    def __init__(
        self,
        *,
        store: StoreThread,
        paths: BoxPaths,
        configuration: Callable[[], Configuration],
        clock: Clock,
        messages_changed: Callable[[], None],
        publish: Callable[[], Awaitable[None]],
    ) -> None:
        self.found: Assessment | None = None
        self._store = store
        self._paths = paths
        self._configuration = configuration
        self._clock = clock
        self._messages_changed = messages_changed
        self._publish = publish
        self._task: asyncio.Task[None] | None = None
        self._erased = 0

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="housekeeper")

    async def stop(self) -> None:
        """Safe to call twice. Whether calls are recorded stays as it was."""
        task, self._task = self._task, None
        await end((task,))

    @property
    def warnings(self) -> list[str]:
        """Sentences for a person."""
        text = sentence(self.found) if self.found is not None else ""
        return [text] if text else []

    def show(self) -> dict[str, Any]:
        """`Assessment` by name, with `text`; empty before the first look."""
        if self.found is None:
            return {}
        shown: dict[str, Any] = msgspec.to_builtins(self.found)
        return {**shown, "text": sentence(self.found)}

    async def look(self) -> Assessment:
        """Once. Raises StoreError, OSError."""
        configuration = self._configuration()
        found, gone, self._erased = await self._store.run(lambda store: self._keep(store, configuration))
        await asyncio.to_thread(self._tell_contacts, found)
        if self.found is None or self.found.level is not found.level:
            logger.log(logging.INFO if found.level is Level.OK else logging.ERROR, "storage: %s", _words(found))
        self.found = found
        if gone:
            logger.info("%d recordings were deleted: what the console has, or retention", gone)
            self._messages_changed()
        if self._erased:
            await self._publish()
        return found

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except (ApplianceError, OSError) as error:
                logger.warning("nobody has looked after the storage: %s", error)
            await asyncio.sleep(SOON_S if self._erased else EVERY_S)

    def _keep(self, store: Store, configuration: Configuration) -> tuple[Assessment, int, int]:
        """In the store's thread: what there is afterwards, how many recordings went, how many contacts were erased."""
        paths, storage, wall_s = self._paths, configuration.storage, self._clock().wall_s
        erased = retention.go_on_with_erasures(store, paths, configuration.box.name)
        gone = retention.expire(store, paths, storage, wall_s=wall_s)
        before = self._before()
        found = assess(measure(store, paths, wall_s=wall_s), policy(configuration), before=before)
        gone += retention.drop_delivered(store, paths, storage, wall_s=wall_s, to_free=found.to_free)
        if gone:
            found = assess(measure(store, paths, wall_s=wall_s), policy(configuration), before=before)
        return found, gone, erased

    def _before(self) -> Level:
        if self.found is not None:
            return self.found.level
        return Level.FULL if self._paths.no_recording.exists() else Level.OK

    def _tell_contacts(self, found: Assessment) -> None:
        flag = self._paths.no_recording
        if found.level is not Level.FULL:
            flag.unlink(missing_ok=True)
        elif not flag.exists():
            flag.parent.mkdir(parents=True, exist_ok=True)
            flag.write_text("storage budget used up", encoding="utf-8")


def _words(found: Assessment) -> str:
    return sentence(found) or "there is room for recordings"
