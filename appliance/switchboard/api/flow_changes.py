"""What is changed in flows and what they need: bundles, the resource map, hours.

Runs in the store's thread, inside a transaction: all of a change or nothing of it. Every problem is told at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from appliance.clock import Clock
from appliance.config.paths import BoxPaths
from appliance.errors import FlowError, RequestError
from appliance.flow.bundle import read_bundle
from appliance.flow.document import canonical, read_json
from appliance.flow.hours_wire import hours_of
from appliance.ids import FlowId
from appliance.store.flow_parts import Part
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change
from appliance.switchboard.api.listings import Row, missing
from appliance.switchboard.publication.flow_set import (
    bundle_hash,
    current_bundle,
    installed_flows,
    prompt_stem,
    remember,
)

_GOOD_NAME = re.compile(ask.FLOW_NAME)
_NAMED = ("Flows", "Hours", "Bots", "Prompts")


def install_bundle(store: Store, paths: BoxPaths, clock: Clock, given: ask.BundleInstall) -> Change:
    """Everything of a bundle at once; what it doesn't name stays. Raises FlowError with every problem."""
    document = read_json(given.bundle) if isinstance(given.bundle, str) else given.bundle
    _judge(document, paths)
    at = clock()
    for name, raw in document["Flows"].items():
        text = canonical(raw["Document"]).decode()
        store.flows.install(FlowId(name), flow_type=raw["Type"], document=text, at=at)
    for key, part in (("Hours", Part.HOURS), ("Bots", Part.BOT), ("Prompts", Part.PROMPT), ("Map", Part.MAP)):
        for name, content in _part(document, key).items():
            store.flow_parts.put(part, name, content, at)
    result = {
        "bundle_sha256": bundle_hash(canonical(document)),
        "installed_sha256": remember(store, at),
        **{key.lower(): sorted(_part(document, key)) for key in _NAMED},
        "map": len(_part(document, "Map")),
    }
    return Change(result=result, published=True)


def edit_map(store: Store, clock: Clock, given: ask.FlowMap) -> Change:
    """Say what foreign names mean here. Raises RequestError (`not_found`) for a name to forget that isn't there."""
    at = clock()
    for foreign in given.forget:
        if not store.flow_parts.remove(Part.MAP, foreign):
            raise RequestError(f"the map has no {foreign!r}; see 'linekeeper flow map'", kind="not_found")
    for foreign, local in given.set.items():
        store.flow_parts.put(Part.MAP, foreign, local, at)
    changed = bool(given.set or given.forget)
    if changed:
        remember(store, at)
    return Change(result=store.flow_parts.all(Part.MAP), published=changed)


def install_hours(store: Store, clock: Clock, given: ask.HoursInstall) -> Change:
    """Add hours or replace them. Raises FlowError with every fault."""
    hours_of(given.resource, list(given.overrides))
    at = clock()
    content = {"Resource": given.resource, "Overrides": list(given.overrides)}
    store.flow_parts.put(Part.HOURS, given.name, content, at)
    return Change(result={"hours": given.name, "bundle_sha256": remember(store, at)}, published=True)


def remove_hours(store: Store, clock: Clock, given: ask.HoursNamed) -> Change:
    """Raises RequestError: `not_found`, or `conflict` while a queue has them."""
    using = [queue.plan.queue for queue in store.queues.all() if queue.hours == given.name]
    if using:
        raise RequestError(f"queue {using[0]} has hours {given.name}; give it others first", kind="conflict")
    if not store.flow_parts.remove(Part.HOURS, given.name):
        raise missing("hours", given.name)
    remember(store, clock())
    return Change(result={"hours": given.name}, published=True)


def list_hours(store: Store) -> list[Row]:
    """hours, resource, overrides."""
    found = store.flow_parts.all(Part.HOURS)
    return [
        {"hours": name, "resource": content["Resource"], "overrides": content.get("Overrides", [])}
        for name, content in found.items()
    ]


def export_flows(store: Store) -> Row:
    """bundle (a document), sha256, queues, agents: all that a library of this box is made of but its functions; and
    mailboxes (also by their agents' extensions) and groups, which transfers may name."""
    document = current_bundle(store)
    queues = [
        {"queue": queue.plan.queue, "hours": queue.hours, "caller_id": queue.caller_id} for queue in store.queues.all()
    ]
    return {
        "sha256": bundle_hash(document),
        "bundle": msgspec.json.decode(document),
        "flows": [flow.flow for flow in installed_flows(store)],
        "queues": queues,
        "agents": [agent.plan.agent for agent in store.agents.all()],
        "mailboxes": sorted(_mailbox_names(store)),
        "groups": [group.group for group in store.groups.all()],
    }


def _mailbox_names(store: Store) -> set[str]:
    names = {mailbox.mailbox for mailbox in store.mailboxes.all()}
    agents = [agent.plan for agent in store.agents.all() if agent.plan.agent in names]
    return names | {str(agent.extension) for agent in agents if agent.extension is not None}


def _judge(document: Any, paths: BoxPaths) -> None:
    """Raises FlowError with whatever speaks against the whole bundle."""
    problems: list[str] = []
    try:
        read_bundle(canonical(document))
    except FlowError as error:
        problems += error.problems or (str(error),)
    if isinstance(document, Mapping):
        problems += _bad_names(document)
        problems += _absent_sounds(document, paths)
        if _part(document, "Functions"):
            problems.append("Functions: a bundle can't bring functions; put them under [[functions]] of the box")
    if problems:
        raise FlowError("the flow bundle can't be used; nothing was changed", problems)


def _bad_names(document: Mapping[str, Any]) -> Iterator[str]:
    for key in (*_NAMED, "Map"):
        for name in _part(document, key):
            if key != "Map" and not _GOOD_NAME.fullmatch(name):
                yield f"{key}: {name!r:.60} can't be a name; use 1 to 127 printable characters"


def _absent_sounds(document: Mapping[str, Any], paths: BoxPaths) -> Iterator[str]:
    for name, sha256 in _part(document, "Prompts").items():
        if not paths.prompts.joinpath(f"{prompt_stem(name, str(sha256))}.wav").is_file():
            yield f"prompt {name!r}: its audio is not on this box; install the bundle with 'linekeeper flow install'"


def _part(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, Mapping) else {}
