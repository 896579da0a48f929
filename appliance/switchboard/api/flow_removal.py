"""What happens when a flow, a bot or a prompt is taken off the box: nothing that others still need goes.

Runs in the store's thread, inside a transaction. Contacts under way finish with what they have, and the documents that
contact records name stay in the store.
"""

from __future__ import annotations

from collections.abc import Iterator

from appliance.clock import Clock
from appliance.errors import RequestError
from appliance.flow.bundle import Bundle, read_bundle
from appliance.flow.defaults import default_names
from appliance.flow.model import Flow
from appliance.flow.resources import Resource, needs
from appliance.ids import FlowId
from appliance.store.flow_parts import Part
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change, install_default_flows
from appliance.switchboard.api.listings import missing
from appliance.switchboard.publication.flow_set import came_with_the_box, current_bundle, remember

_RESOURCES = {
    "flow": frozenset({Resource.FLOW, Resource.MODULE}),
    "bot": frozenset({Resource.BOT}),
    "prompt": frozenset({Resource.PROMPT}),
}
_PARTS = {"bot": Part.BOT, "prompt": Part.PROMPT}


def remove_part(store: Store, clock: Clock, language: str, given: ask.FlowPartNamed) -> Change:
    """Raises RequestError: `not_found`, or `conflict` with everything that still names it.

    A flow that came with the box and was replaced is again what it was; one that is as it came can't be removed.
    """
    users = list(_users(store, given))
    if users:
        raise RequestError(
            f"{given.part} {given.name} is still used by {', '.join(users)}; change that first", kind="conflict"
        )
    at = clock()
    if given.part != "flow":
        gone = store.flow_parts.remove(_PARTS[given.part], given.name)
    else:
        gone = _remove_flow(store, given.name, clock, language)
    if not gone:
        raise missing(given.part, given.name)
    restored = given.part == "flow" and given.name in default_names()
    result = {given.part: given.name, "restored": restored, "bundle_sha256": remember(store, at)}
    return Change(result=result, published=True)


def _remove_flow(store: Store, name: str, clock: Clock, language: str) -> bool:
    before = store.flows.active(FlowId(name))
    if before is not None and came_with_the_box(before):
        raise RequestError(f"flow {name} belongs to the box; install another under its name", kind="conflict")
    gone = store.flows.remove(FlowId(name), clock())
    if name in default_names():
        install_default_flows(store, clock, language)
    return gone


def _users(store: Store, given: ask.FlowPartNamed) -> Iterator[str]:
    """Queues and installed flows that name it; a box flow is never without one, so it has no users that count."""
    if given.part == "flow" and given.name in default_names():
        return
    if given.part == "flow":
        yield from (f"queue {queue.plan.queue}" for queue in store.queues.all() if queue.queue_flow == given.name)
        yield from (f"quick connect {entry.name}" for entry in store.quick_connects.all() if entry.flow == given.name)
    bundle = read_bundle(current_bundle(store))
    for flow in (*bundle.flows.values(), *bundle.modules.values()):
        if flow.name != given.name and _names(flow, given, bundle):
            yield f"flow {flow.name}"


def _names(flow: Flow, given: ask.FlowPartNamed, bundle: Bundle) -> bool:
    return any(
        need.resource in _RESOURCES[given.part] and given.name in (need.reference, _local(need.reference, bundle))
        for need in needs(flow)
    )


def _local(reference: str, bundle: Bundle) -> str:
    """What the resource map makes of a foreign name or ARN."""
    return bundle.names.get(reference) or bundle.names.get(reference.rpartition("/")[2]) or ""
