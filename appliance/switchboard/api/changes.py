"""What is changed in store and edge: extensions and flows; agents in `agent_changes`, queues in `routing_changes`.

Runs in the store's thread, inside a transaction. Each change says what the ACD must hear and whether the dial plan
has to be published again. Must not touch contact processes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import msgspec

from appliance.acd import events as acd
from appliance.clock import Clock
from appliance.config.paths import BoxPaths
from appliance.dialplan import ExtensionPlan
from appliance.edge.database import create_databases
from appliance.edge.subscribers import add_subscriber, remove_subscriber
from appliance.errors import RequestError
from appliance.flow.defaults import default_document, default_names
from appliance.flow.document import canonical, parse, read_json
from appliance.flow.model import FlowType
from appliance.ids import AgentId, Extension, FlowId, QueueId
from appliance.store.extensions import StoredExtension
from appliance.store.recording_policies import StoredPolicy
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.listings import missing
from appliance.switchboard.publication.flow_set import came_with_the_box, remember
from appliance.switchboard.staff.seats import seats

PASSWORD_BYTES = 15  # 20 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The outcome: `result` for the caller, `told` for the ACD, `published`: the dial plan is another now."""

    result: Any
    told: tuple[acd.AcdEvent, ...] = ()
    published: bool = False


def add_extension(store: Store, paths: BoxPaths, domain: str, given: ask.ExtensionAdd) -> Change:
    """The password is in the result and nowhere else: the edge keeps a hash."""
    extension = ask.dialable_extension(given.extension)
    before = store.extensions.get(extension)
    name = given.name if given.name is not None else before.display_name if before else ""
    password = given.password or new_password()
    settings = before.settings if before else ExtensionPlan()
    store.extensions.put(StoredExtension(extension=extension, display_name=name, settings=settings))
    create_databases(paths)
    add_subscriber(paths, domain=domain, extension=extension, password=password)
    return Change(result={"extension": extension, "name": name, "password": password}, published=True)


def remove_extension(store: Store, paths: BoxPaths, given: ask.ExtensionRemove) -> Change:
    """Raises RequestError (`conflict`) while somebody is logged in there."""
    extension = Extension(given.extension)
    check_leaving(store, extension)
    if not store.extensions.remove(extension):
        raise missing("extension", extension)
    remove_subscriber(paths, extension)
    return Change(result={"extension": extension}, published=True)


def check_leaving(store: Store, extension: Extension) -> None:
    """Raises RequestError (`conflict`) while somebody is logged in at the extension."""
    guest = next((agent for agent, seat in seats(store).items() if seat == extension), None)
    stored = None if guest is None else store.agents.get(guest)
    if stored is not None and stored.plan.extension != extension:
        remedy = f"first: linekeeper agent logout {guest}"
        raise RequestError(f"agent {guest} is logged in at extension {extension}; {remedy}", kind="conflict")


def new_password() -> str:
    """A random one for a phone."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


def set_recording_policy(store: Store, given: ask.RecordingPolicySet) -> Change:
    """Holds from the next talk on. Raises RequestError where not just one of queue and agent is named."""
    if (given.queue is None) is (given.agent is None):
        raise RequestError("name one queue or one agent")
    queue = None if given.queue is None else QueueId(given.queue)
    agent = None if given.agent is None else AgentId(given.agent)
    policy = StoredPolicy(policy=given.policy, queue=queue, agent=agent)
    store.recording_policies.put(policy)
    return Change(result=msgspec.to_builtins(policy), published=True)


def install_flow(store: Store, clock: Clock, given: ask.FlowInstall) -> Change:
    """Contacts under way finish on the version they began with. Raises FlowError with every problem."""
    document = read_json(given.document) if isinstance(given.document, str) else given.document
    flow = parse(document, name=FlowId(given.name), flow_type=_flow_type(given.flow_type))
    at = clock()
    stored = store.flows.install(
        flow.name, flow_type=flow.flow_type.value, document=canonical(document).decode(), at=at
    )
    shown = {"flow": stored.flow, "flow_type": stored.flow_type, "sha256": stored.sha256, "actions": len(flow.actions)}
    return Change(result={**shown, "bundle_sha256": remember(store, at)}, published=True)


def install_default_flows(store: Store, clock: Clock, language: str = "en") -> None:
    """The flows that come with the box, in `language`, but for those that somebody has replaced."""
    for name in default_names():
        active = store.flows.active(FlowId(name))
        if active is None or came_with_the_box(active):
            document = default_document(name, language).decode()
            install_flow(store, clock, ask.FlowInstall(name=name, document=document))
    remember(store, clock())


def _flow_type(given: str | None) -> FlowType | None:
    if given is None:
        return None
    try:
        return FlowType(given)
    except ValueError:
        known = ", ".join(FlowType)
        raise RequestError(f"there is no flow type {given!r}; there are {known}") from None
