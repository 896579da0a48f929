"""The dial plan and all that is published with it, from what store and configuration say now. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from appliance.config.features import feature_table
from appliance.config.function_files import function_problems
from appliance.config.functions import function_names, render_functions
from appliance.config.lines import trunks_of
from appliance.config.schema import Configuration
from appliance.dialplan import DialPlan, FeaturePlan, MailboxPlan, QueuePlan
from appliance.dialplan.directory import encode_directory
from appliance.dialplan.recording_policy import RecordingPolicy
from appliance.features import Feature
from appliance.flow.defaults import sentences
from appliance.ids import FlowId, TrunkId
from appliance.store.mailboxes import OwnerKind
from appliance.store.queues import StoredQueue
from appliance.store.recording_policies import StoredPolicy
from appliance.store.routing_profiles import own_profile
from appliance.store.store import Store
from appliance.switchboard.api.quick_connects import quick_connect_plan
from appliance.switchboard.publication.flow_publication import flow_publication
from appliance.switchboard.staff.seats import desks, seats

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


def orbit_numbers(configuration: Configuration) -> tuple[str, ...]:
    """Where calls can be parked, in the order in which they are used."""
    phones = configuration.phones
    return tuple(str(int(phones.park_from) + place) for place in range(phones.park_orbits))


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
