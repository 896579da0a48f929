"""Publishes what `composing` has put together for contact processes, as files replaced by rename.

A flow's file is named by its content and never changes, so a contact under way finishes on the version it began with;
it goes when no such contact is left. The plan's file is written only when the plan has changed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import msgspec

from appliance import durable
from appliance.clock import monotonic_s
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.dialplan import DialPlan
from appliance.dialplan.directory import revision_of
from appliance.errors import RequestError, StoreError
from appliance.ids import AgentId, ContactId, Extension
from appliance.switchboard.publication.composing import Publication, compose
from appliance.switchboard.publication.flow_set import is_prompt_stem
from appliance.switchboard.publication.pruning import GRACE_S, Pruner
from appliance.switchboard.store_thread import StoreThread

logger = logging.getLogger(__name__)


class Publisher:
    """Holds what is published now; `changed` is called after each new dial plan."""

    def __init__(
        self, store: StoreThread, paths: BoxPaths, changed: Callable[[], None], *, grace_s: float = GRACE_S
    ) -> None:
        self.plan = DialPlan()
        self.problems: tuple[str, ...] = ()
        self._store = store
        self._paths = paths
        self._changed = changed
        self._turn = asyncio.Lock()
        self._pruner = Pruner(grace_s)
        self._pruning: asyncio.Task[None] | None = None
        self._publication = Publication(plan=self.plan, documents={})

    def agent_of(self, extension: Extension) -> AgentId | None:
        """Who rings at `extension`."""
        return self.plan.extensions.get(extension)

    async def refresh(self, configuration: Configuration) -> None:
        """Publish what store and configuration say now. Raises RequestError (`disk`) where it can't be written."""
        async with self._turn:
            known = await asyncio.to_thread(published_revision, self._paths)
            publication = await self._store.run(lambda store: compose(store, configuration, known))
            self.plan = publication.plan
            for problem in [problem for problem in publication.problems if problem not in self.problems]:
                logger.warning("%s", problem)
            self.problems = publication.problems
            try:
                new = await asyncio.to_thread(publish, publication, self._paths)
            except OSError as error:
                raise RequestError(f"can't publish the dial plan: {error}; free some space", kind="disk") from error
            self._publication = publication
            await self._prune()
        if new:
            self._changed()
        if self._pruner.waiting and (self._pruning is None or self._pruning.done()):
            self._pruning = asyncio.create_task(self._prune_later(), name="prune published files")

    async def _prune_later(self) -> None:
        """Look again until nothing waits to go."""
        while self._pruner.waiting:
            await asyncio.sleep(self._pruner.grace_s)
            async with self._turn:
                await self._prune()

    async def _prune(self) -> None:
        """Take away what no contact under way can need any more."""
        try:
            under_way = await self._store.run(lambda store: {row.contact for row in store.contacts.under_way()})
            await asyncio.to_thread(self._remove, under_way)
        except (OSError, StoreError) as error:
            logger.warning("files that nobody needs any more stay: %s", error)

    def _remove(self, under_way: set[ContactId]) -> None:
        for path in self._pruner.due(superseded(self._publication, self._paths), under_way, monotonic_s()):
            path.unlink(missing_ok=True)
            logger.info("%s is no longer needed", path.name)


def publish(publication: Publication, paths: BoxPaths) -> bool:
    """Write the files; whether anything was new. Flows come first: the plan never names a file that isn't there."""
    paths.flows.mkdir(parents=True, exist_ok=True)
    for sha256, document in publication.documents.items():
        _write_if_new(paths.flows / f"{sha256}.json", document)
    _write_if_new(paths.functions, publication.functions)
    if publication.directory is not None:
        _write_if_new(paths.directory, publication.directory)
    return _write_if_new(paths.dial_plan, msgspec.json.encode(publication.plan, order="deterministic"))


def published_revision(paths: BoxPaths) -> int | None:
    """Of the directory that contact processes read now."""
    try:
        with paths.directory.open("rb") as file:
            return revision_of(file.read(32))
    except FileNotFoundError:
        return None


def superseded(publication: Publication, paths: BoxPaths) -> list[Path]:
    """Files of flows and prompts that this publication no longer names."""
    flows = [path for path in paths.flows.glob("*.json") if path.stem not in publication.documents]
    bundled = [path for path in paths.prompts.glob("*~*.wav") if is_prompt_stem(path.stem)]
    sounds = [path for path in bundled if path.stem not in publication.sounds]
    return flows + sounds


def _write_if_new(path: Path, content: bytes) -> bool:
    if path.exists() and path.read_bytes() == content:
        return False
    durable.replace(path, content, mode=durable.SHARED)
    return True
