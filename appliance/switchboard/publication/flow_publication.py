"""What of the flows is published: their documents with placeholders filled, the parts beside them, and what lacks.

Reads the store only. A flow or calendar that can't be read any more (a newer program is stricter) costs itself, never
the dial plan.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from appliance.dialplan import FlowPlan
from appliance.errors import FlowError
from appliance.features import BOX_FUNCTION_NAMES
from appliance.flow.bundle import Bundle, library_of, read_bundle, unmet
from appliance.flow.defaults import default_flow, default_names, system_documents
from appliance.flow.document import canonical, read_json
from appliance.flow.facts import QueueFacts
from appliance.flow.model import FlowType
from appliance.flow.parts import Parts, encode_parts, parts_of
from appliance.flow.placeholders import fill, placeholders
from appliance.ids import AgentId, FlowId
from appliance.store.flow_parts import Part
from appliance.store.flows import StoredFlow
from appliance.store.queues import StoredQueue
from appliance.store.store import Store
from appliance.switchboard.publication.flow_set import bundle_hash, current_bundle, prompt_stems


class FlowPublication(msgspec.Struct, frozen=True, kw_only=True):
    """documents: content of `<sha256>.json` by SHA-256, the parts among them; problems: one line each."""

    flows: dict[FlowId, FlowPlan]
    documents: dict[str, bytes]
    parts: str
    bundle_sha256: str
    prompts: frozenset[str]
    problems: tuple[str, ...]


def flow_publication(store: Store, functions: Mapping[str, str], language: str = "en") -> FlowPublication:
    """What is to be published now. functions: every name a flow may call a function by; language: the box's."""
    names = store.flow_parts.all(Part.MAP)
    document = current_bundle(store)
    bundle, problems = _read(document)
    stems = prompt_stems(bundle.prompts)
    parts = parts_of(bundle, stems)
    active = store.flows.all_active()
    flows = {flow.flow: _filled(flow, names) for flow in active}
    types = {flow.flow: flow.flow_type for flow in active}
    for name, system in system_documents(language).items():
        flows.setdefault(name, (hashlib.sha256(system).hexdigest(), system))
        types.setdefault(name, FlowType.CONTACT_FLOW)
    documents = dict(flows.values())
    encoded = encode_parts(parts)
    digest = hashlib.sha256(encoded).hexdigest() if parts != Parts() else ""
    agents = [agent.plan.agent for agent in store.agents.all()]
    lacking = _lacking(bundle, stems, store.queues.all(), agents, functions)
    return FlowPublication(
        flows={name: FlowPlan(flow=name, flow_type=types[name], sha256=sha256) for name, (sha256, _) in flows.items()},
        documents=documents | ({digest: encoded} if digest else {}),
        parts=digest,
        bundle_sha256=bundle_hash(document),
        prompts=frozenset(stems.values()),
        problems=(*problems, *lacking),
    )


def _filled(flow: StoredFlow, names: Mapping[str, str]) -> tuple[str, bytes]:
    """SHA-256 and text of a flow as it runs: placeholders have the values that the map gives them."""
    document = read_json(flow.document)
    if not any(found in names for found in placeholders(document)):
        return flow.sha256, flow.document.encode()
    text = canonical(fill(document, names))
    return hashlib.sha256(text).hexdigest(), text


@functools.lru_cache(maxsize=2)
def _read(document: bytes) -> tuple[Bundle, tuple[str, ...]]:
    """The bundle in force, and what in it can't be used. Read once for as long as it stays."""
    try:
        return read_bundle(document), ()
    except FlowError as error:
        without_flows = canonical({**read_json(document), "Flows": {}})
        rest = error.problems
    try:
        return read_bundle(without_flows), rest
    except FlowError:
        return read_bundle(canonical({"Format": read_json(document)["Format"]})), rest


def _lacking(
    bundle: Bundle,
    stems: Mapping[str, str],
    queues: Iterable[StoredQueue],
    agents: Iterable[AgentId],
    functions: Mapping[str, str],
) -> Iterator[str]:
    known = {str(queue.plan.queue): QueueFacts(queue=queue.plan.queue) for queue in queues}
    library = library_of(bundle, queues=known, agents={str(agent): agent for agent in agents})
    own = {name: default_flow(name) for name in default_names()}
    library = msgspec.structs.replace(
        library, flows={**own, **library.flows}, functions={**BOX_FUNCTION_NAMES, **functions}, prompts=dict(stems)
    )
    counts: dict[str, int] = {}
    for flow, _ in unmet(bundle, library):
        counts[flow] = counts.get(flow, 0) + 1
    for flow, count in counts.items():
        yield f"flow {flow} names {count} things that are not on this box; see 'linekeeper flow map'"
