"""Publishes what contact processes read: the dial plan and the flows it names, as files replaced by rename.

A flow's file is named by its content and never changes, so a contact under way finishes on the version it began with;
it goes when no such contact is left. The plan's file is written only when the plan has changed.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from appliance.clock import monotonic_s
from appliance.config.features import feature_table
from appliance.config.function_files import function_problems
from appliance.config.functions import function_names, render_functions
from appliance.config.lines import trunks_of
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.dialplan import DialPlan, FeaturePlan, MailboxPlan, QueuePlan
from appliance.dialplan.directory import encode_directory, revision_of
from appliance.dialplan.recording_policy import RecordingPolicy
from appliance.errors import RequestError, StoreError
from appliance.features import Feature
from appliance.flow.defaults import sentences
from appliance.ids import AgentId, ContactId, Extension, FlowId, TrunkId
from appliance.store.mailboxes import OwnerKind
from appliance.store.queues import StoredQueue
from appliance.store.recording_policies import StoredPolicy
from appliance.store.routing_profiles import own_profile
from appliance.store.store import Store
from appliance.switchboard.api.quick_connects import quick_connect_plan
from appliance.switchboard.publication.flow_publication import flow_publication
from appliance.switchboard.publication.flow_set import is_prompt_stem
from appliance.switchboard.publication.pruning import GRACE_S, Pruner
from appliance.switchboard.staff.seats import desks, seats
from appliance.switchboard.store_thread import StoreThread

logger = logging.getLogger(__name__)

DEFAULT_QUEUE_FLOW = FlowId("customer_queue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A dial plan and the documents of its flows by SHA-256. `problems`: what in it can't work, one line each.
    `functions`: what the functions service reads; `directory`: callers' names, None: as they are; `sounds`: stems of
    the bundles' prompt files."""

    plan: DialPlan
    documents: Mapping[str, bytes]
    functions: bytes = b"[]"
    directory: bytes | None = None
    sounds: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()


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


def compose(store: Store, configuration: Configuration, directory_revision: int | None = None) -> Publication:
    """What `store` and `configuration` say now; the directory only where it is another than `directory_revision`."""
    revision, labelled = store.directory.revision, configuration.phones.queue_name
    functions = function_names(configuration)
    language = configuration.box.language
    flows = flow_publication(store, functions, language)
    features = feature_plans(feature_table(configuration), language)
    policies = store.recording_policies.all()
    extensions = store.extensions.all()
    sitting = {seat: agent for agent, seat in seats(store).items()}
    agents = store.agents.all()
    plan = DialPlan(
        region=configuration.box.region,
        extensions={entry.extension: sitting.get(entry.extension) for entry in extensions},
        desks=desks(store),
        agents=tuple(agent.plan.agent for agent in agents),
        profiles={agent.plan.agent: agent.profile or own_profile(agent.plan.agent) for agent in agents},
        phones={
            entry.extension: msgspec.structs.replace(entry.settings, name=entry.display_name) for entry in extensions
        },
        orbits=orbit_numbers(configuration),
        groups={group.group: group for group in store.groups.all()},
        numbers={number.number: FlowId(number.flow) for number in configuration.numbers},
        features=features,
        flows=flows.flows,
        queues={queue.plan.queue: _queue(queue, policies, labelled=labelled) for queue in store.queues.all()},
        quick_connects={entry.name: quick_connect_plan(entry) for entry in store.quick_connects.all()},
        mailboxes={
            one.mailbox: MailboxPlan(
                mailbox=one.mailbox,
                greeting=one.greeting,
                longest_s=one.longest_s,
                shared=one.kind is OwnerKind.QUEUE,
            )
            for one in store.mailboxes.all()
        },
        trunks=tuple(TrunkId(trunk.name) for trunk in trunks_of(configuration)),
        record_internal=configuration.recording.internal,
        record_outbound=configuration.recording.outbound,
        record_consults=configuration.recording.consults,
        callbacks_inside=configuration.callbacks.inside,
        recording_of_agents={one.agent: RecordingPolicy(one.policy) for one in policies if one.agent is not None},
        functions=functions,
        parts=flows.parts,
        bundle_sha256=flows.bundle_sha256,
    )
    return Publication(
        plan=plan,
        documents=flows.documents,
        functions=render_functions(configuration),
        directory=None if revision == directory_revision else encode_directory(revision, store.directory.all()),
        sounds=flows.prompts,
        problems=(*_problems(plan), *flows.problems, *function_problems(configuration)),
    )


def publish(publication: Publication, paths: BoxPaths) -> bool:
    """Write the files; whether anything was new. Flows come first: the plan never names a file that isn't there."""
    paths.flows.mkdir(parents=True, exist_ok=True)
    for sha256, document in publication.documents.items():
        _write_if_new(paths.flows / f"{sha256}.json", document)
    _write_if_new(paths.functions, publication.functions)
    if publication.directory is not None:
        _write_if_new(paths.directory, publication.directory)
    return _write_if_new(paths.dial_plan, msgspec.json.encode(publication.plan, order="deterministic"))


def orbit_numbers(configuration: Configuration) -> tuple[str, ...]:
    """Where calls can be parked, in the order in which they are used."""
    phones = configuration.phones
    return tuple(str(int(phones.park_from) + place) for place in range(phones.park_orbits))


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


def feature_plans(features: Iterable[Feature], language: str) -> dict[str, FeaturePlan]:
    """The codes of `features`, with their questions in `language`."""
    spoken = sentences(language)
    return {
        feature.code: FeaturePlan(
            name=feature.name,
            flow=feature.flow,
            takes=feature.takes,
            function=feature.function,
            question=spoken[feature.question] if feature.question else "",
        )
        for feature in features
        if feature.code
    }


def _queue(queue: StoredQueue, policies: Iterable[StoredPolicy], *, labelled: bool) -> QueuePlan:
    policy = next((one.policy for one in policies if one.queue == queue.plan.queue), RecordingPolicy.FLOW)
    return QueuePlan(
        queue=queue.plan.queue,
        queue_flow=queue.queue_flow or DEFAULT_QUEUE_FLOW,
        hours=queue.hours,
        caller_id=queue.caller_id,
        caller_name=queue.caller_name,
        outbound_flow=queue.outbound_flow,
        disconnect_flow=queue.disconnect_flow,
        label=(queue.display_name or queue.plan.queue) if labelled else "",
        recording=RecordingPolicy(policy),
    )


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
    unplayed = [
        f"feature code {code} runs flow {feature.flow}, which is not installed; run 'linekeeper flow install'"
        for code, feature in plan.features.items()
        if feature.flow not in plan.flows
    ]
    hidden = [
        f"feature code {code} ({feature.name}) is also an extension; choose another under [[features]]"
        for code, feature in plan.features.items()
        if code in plan.extensions
    ]
    unguided = [
        f"quick connect {name} runs flow {entry.flow}, which is not installed; run 'linekeeper flow install'"
        for name, entry in plan.quick_connects.items()
        if entry.flow is not None and entry.flow not in plan.flows
    ]
    return missing + silent + unplayed + hidden + unguided


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
