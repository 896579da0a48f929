"""Publishes what contact processes read: the dial plan and the flows it names, as files replaced by rename.

A flow's file is named by its content and never changes, so a contact under way finishes on the version it began with.
The plan's file is written only when the plan has changed. Must not send anything: the caller tells the processes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.dialplan import DialPlan, FlowPlan, QueuePlan
from appliance.ids import FlowId, TrunkId
from appliance.store.store import Store

DEFAULT_QUEUE_FLOW = FlowId("customer_queue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A dial plan and the documents of its flows by SHA-256. `problems`: what in it can't work, one line each."""

    plan: DialPlan
    documents: Mapping[str, bytes]
    problems: tuple[str, ...] = ()


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
    )
    documents = {flow.sha256: flow.document.encode() for flow in flows}
    return Publication(plan=plan, documents=documents, problems=tuple(_problems(plan)))


def publish(publication: Publication, paths: BoxPaths) -> bool:
    """Write the files; whether anything was new. Flows come first: the plan never names a file that isn't there."""
    paths.flows.mkdir(parents=True, exist_ok=True)
    for sha256, document in publication.documents.items():
        _write_if_new(paths.flows / f"{sha256}.json", document)
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
