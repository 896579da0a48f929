"""Publishes what contact processes read: the dial plan and the flows it names, as files replaced by rename.

A flow's file is named by its content and never changes, so a contact under way finishes on the version it began with.
The plan's file is written only when the plan has changed.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from appliance.config.function_files import function_problems
from appliance.config.functions import function_names, render_functions
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.dialplan import DialPlan, FlowPlan, QueuePlan
from appliance.errors import RequestError
from appliance.ids import AgentId, Extension, FlowId, TrunkId
from appliance.store.store import Store
from appliance.switchboard.store_thread import StoreThread

logger = logging.getLogger(__name__)

DEFAULT_QUEUE_FLOW = FlowId("customer_queue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A dial plan and the documents of its flows by SHA-256. `problems`: what in it can't work, one line each.
    `functions`: what the functions service reads."""

    plan: DialPlan
    documents: Mapping[str, bytes]
    functions: bytes = b"[]"
    problems: tuple[str, ...] = ()


class Publisher:
    """Holds what is published now; `changed` is called after each new dial plan."""

    def __init__(self, store: StoreThread, paths: BoxPaths, changed: Callable[[], None]) -> None:
        self.plan = DialPlan()
        self.problems: tuple[str, ...] = ()
        self._store = store
        self._paths = paths
        self._changed = changed
        self._turn = asyncio.Lock()

    def agent_of(self, extension: Extension) -> AgentId | None:
        """Who rings at `extension`."""
        return self.plan.extensions.get(extension)

    async def refresh(self, configuration: Configuration) -> None:
        """Publish what store and configuration say now. Raises RequestError (`disk`) where it can't be written."""
        async with self._turn:
            publication = await self._store.run(lambda store: compose(store, configuration))
            self.plan = publication.plan
            for problem in [problem for problem in publication.problems if problem not in self.problems]:
                logger.warning("%s", problem)
            self.problems = publication.problems
            try:
                new = await asyncio.to_thread(publish, publication, self._paths)
            except OSError as error:
                raise RequestError(f"can't publish the dial plan: {error}; free some space", kind="disk") from error
        if new:
            self._changed()


def compose(store: Store, configuration: Configuration) -> Publication:
    """What `store` and `configuration` say now."""
    flows = store.flows.all_active()
    plan = DialPlan(
        region=configuration.box.region,
        extensions={entry.extension: entry.agent for entry in store.extensions.all()},
        numbers={number.number: FlowId(number.flow) for number in configuration.numbers},
        flows={flow.flow: FlowPlan(flow=flow.flow, flow_type=flow.flow_type, sha256=flow.sha256) for flow in flows},
        queues={
            queue.plan.queue: QueuePlan(queue=queue.plan.queue, queue_flow=queue.queue_flow or DEFAULT_QUEUE_FLOW)
            for queue in store.queues.all()
        },
        trunks=tuple(TrunkId(trunk.name) for trunk in configuration.trunks),
        record_internal=configuration.recording.internal,
        record_outbound=configuration.recording.outbound,
        functions=function_names(configuration),
    )
    documents = {flow.sha256: flow.document.encode() for flow in flows}
    functions = render_functions(configuration)
    problems = (*_problems(plan), *function_problems(configuration))
    return Publication(plan=plan, documents=documents, functions=functions, problems=problems)


def publish(publication: Publication, paths: BoxPaths) -> bool:
    """Write the files; whether anything was new. Flows come first: the plan never names a file that isn't there."""
    paths.flows.mkdir(parents=True, exist_ok=True)
    for sha256, document in publication.documents.items():
        _write_if_new(paths.flows / f"{sha256}.json", document)
    _write_if_new(paths.functions, publication.functions)
    return _write_if_new(paths.dial_plan, msgspec.json.encode(publication.plan, order="deterministic"))


def _problems(plan: DialPlan) -> list[str]:
    missing = [
        f"number {number} starts flow {flow}, which is not installed; run 'linekeeper flow install'"
        for number, flow in plan.numbers.items()
        if flow not in plan.flows
    ]
    silent = [
        f"queue {queue.queue} plays flow {queue.queue_flow}, which is not installed; run 'linekeeper flow install'"
        for queue in plan.queues.values()
        if queue.queue_flow is not None and queue.queue_flow not in plan.flows
    ]
    return missing + silent


def _write_if_new(path: Path, content: bytes) -> bool:
    if path.exists() and path.read_bytes() == content:
        return False
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return True
