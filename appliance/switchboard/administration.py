"""What is changed and listed in store and edge: extensions, agents, queues, flows, contacts, recordings.

Runs in the store's thread, with a running switchboard or without one (`offline`). Each change returns what the ACD
must hear and whether the dial plan has to be published again. Must not touch sockets of contact processes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from appliance.acd import events as acd
from appliance.acd.model import AgentPlan, QueuePlan, QueueShare
from appliance.clock import Clock
from appliance.config.paths import BoxPaths
from appliance.edge.subscribers import add_subscriber, list_subscribers, remove_subscriber
from appliance.errors import RequestError
from appliance.events import body_fields
from appliance.flow.document import canonical, parse, read_json
from appliance.flow.model import FlowType
from appliance.ids import AgentId, ContactId, Extension, FlowId, QueueId
from appliance.stamps import Stamp, iso_utc
from appliance.store.agents import StoredAgent
from appliance.store.extensions import StoredExtension
from appliance.store.failures import UnknownReferenceError
from appliance.store.queues import StoredQueue
from appliance.store.store import Store
from appliance.switchboard import requests as ask

PASSWORD_BYTES = 15  # 20 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The outcome of an operation: `result` for the caller, `told` for the ACD, `published` if the plan changed."""

    result: Any
    told: tuple[acd.AcdEvent, ...] = ()
    published: bool = False


class Administration:
    """The operations by name. `domain` is the digest realm of the edge."""

    def __init__(self, paths: BoxPaths, domain: str, clock: Clock) -> None:
        self._paths = paths
        self._domain = domain
        self._clock = clock
        self._operations: dict[str, tuple[type[ask.Arguments], Callable[[Store, Any], Change]]] = {
            "extension.add": (ask.ExtensionAdd, self._add_extension),
            "extension.remove": (ask.ExtensionRemove, self._remove_extension),
            "extension.list": (ask.Nothing, self._list_extensions),
            "agent.add": (ask.AgentAdd, self._add_agent),
            "agent.remove": (ask.AgentNamed, self._remove_agent),
            "agent.list": (ask.Nothing, self._list_agents),
            "queue.add": (ask.QueueAdd, self._add_queue),
            "queue.remove": (ask.QueueNamed, self._remove_queue),
            "queue.list": (ask.Nothing, self._list_queues),
            "flow.install": (ask.FlowInstall, self._install_flow),
            "flow.list": (ask.Nothing, self._list_flows),
            "contact.list": (ask.ContactList, self._list_contacts),
            "contact.show": (ask.ContactNamed, self._show_contact),
            "recording.list": (ask.RecordingList, self._list_recordings),
        }

    @property
    def operations(self) -> tuple[str, ...]:
        return tuple(self._operations)

    def perform(self, store: Store, op: str, args: dict[str, Any]) -> Change:
        """Carry out one operation. Raises RequestError, FlowError, StoreError or EdgeError; then nothing is changed."""
        if op not in self._operations:
            raise RequestError(f"there is no operation {op!r}; there are {', '.join(self.operations)}", kind="unknown")
        kind, work = self._operations[op]
        arguments = ask.read_arguments(kind, args)
        try:
            with store.transaction():
                return work(store, arguments)
        except UnknownReferenceError as error:
            raise RequestError(str(error), kind="conflict") from error

    # ── extensions ───────────────────────────────────────────────────────────────────────────────────────────────

    def _add_extension(self, store: Store, given: ask.ExtensionAdd) -> Change:
        """An extension that exists keeps its password (null in the result) unless a new one is given."""
        extension = ask.dialable_extension(given.extension)
        known = extension in list_subscribers(self._paths)
        password = given.password or (None if known else secrets.token_urlsafe(PASSWORD_BYTES))
        store.extensions.put(StoredExtension(extension=extension, display_name=given.name))
        if password is not None:
            add_subscriber(self._paths, domain=self._domain, extension=extension, password=password)
        result = {"extension": extension, "name": given.name, "password": password}
        return Change(result=result, published=True)

    def _remove_extension(self, store: Store, given: ask.ExtensionRemove) -> Change:
        extension = Extension(given.extension)
        if not store.extensions.remove(extension):
            raise _missing("extension", extension)
        remove_subscriber(self._paths, extension)
        return Change(result={"extension": extension}, published=True)

    def _list_extensions(self, store: Store, _given: ask.Nothing) -> Change:
        rows = [
            {"extension": entry.extension, "name": entry.display_name, "agent": entry.agent}
            for entry in store.extensions.all()
        ]
        return Change(result=rows)

    # ── agents ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _add_agent(self, store: Store, given: ask.AgentAdd) -> Change:
        shares = tuple(QueueShare(queue=QueueId(queue)) for queue in dict.fromkeys(given.queues))
        plan = AgentPlan(agent=AgentId(given.agent), extension=Extension(given.extension), queues=shares)
        store.agents.put(StoredAgent(plan=plan, display_name=given.name))
        shown = {"agent": given.agent, "name": given.name, "extension": given.extension}
        result = {**shown, "queues": [share.queue for share in shares]}
        return Change(result=result, told=(acd.AgentConfigured(agent=plan),), published=True)

    def _remove_agent(self, store: Store, given: ask.AgentNamed) -> Change:
        agent = AgentId(given.agent)
        if not store.agents.remove(agent):
            raise _missing("agent", agent)
        return Change(result={"agent": agent}, told=(acd.AgentRemoved(agent=agent),), published=True)

    def _list_agents(self, store: Store, _given: ask.Nothing) -> Change:
        states = {state.agent: state for state in store.agent_states.all()}
        rows: list[dict[str, Any]] = []
        for entry in store.agents.all():
            state = states.get(entry.plan.agent)
            rows.append(
                {
                    "agent": entry.plan.agent,
                    "name": entry.display_name,
                    "extension": entry.plan.extension,
                    "queues": [share.queue for share in entry.plan.queues],
                    "status": "Offline" if state is None else state.status,
                    "activity": "idle" if state is None else state.activity.value,
                    "since": None if state is None else iso_utc(state.since.wall_s),
                    "contact": None if state is None else state.contact,
                    "next_status": None if state is None else state.next_status,
                }
            )
        return Change(result=rows)

    # ── queues ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _add_queue(self, store: Store, given: ask.QueueAdd) -> Change:
        plan = QueuePlan(
            queue=QueueId(given.queue),
            max_contacts=given.max_contacts,
            ring_timeout_s=given.ring_timeout_s,
            wrap_up_s=given.wrap_up_s,
        )
        flow = None if given.flow is None else FlowId(given.flow)
        if flow is not None and store.flows.active(flow) is None:
            raise _missing("flow", flow)
        stored = StoredQueue(plan=plan, display_name=given.name, queue_flow=flow)
        store.queues.put(stored)
        return Change(result=_queue(stored), told=(acd.QueueConfigured(queue=plan),), published=True)

    def _remove_queue(self, store: Store, given: ask.QueueNamed) -> Change:
        queue = QueueId(given.queue)
        serving = [agent for agent in store.agents.all() if any(share.queue == queue for share in agent.plan.queues)]
        if not store.queues.remove(queue):
            raise _missing("queue", queue)
        changed = [store.agents.get(agent.plan.agent) for agent in serving]
        told = tuple(acd.AgentConfigured(agent=agent.plan) for agent in changed if agent is not None)
        return Change(result={"queue": queue}, told=(*told, acd.QueueRemoved(queue=queue)), published=True)

    def _list_queues(self, store: Store, _given: ask.Nothing) -> Change:
        return Change(result=[_queue(queue) for queue in store.queues.all()])

    # ── flows ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _install_flow(self, store: Store, given: ask.FlowInstall) -> Change:
        document = read_json(given.document) if isinstance(given.document, str) else given.document
        flow = parse(document, name=FlowId(given.name), flow_type=_flow_type(given.flow_type))
        stored = store.flows.install(
            flow.name, flow_type=flow.flow_type.value, document=canonical(document).decode(), at=self._clock()
        )
        result = {"flow": stored.flow, "flow_type": stored.flow_type, "sha256": stored.sha256}
        return Change(result={**result, "actions": len(flow.actions)}, published=True)

    def _list_flows(self, store: Store, _given: ask.Nothing) -> Change:
        rows = [
            {
                "flow": flow.flow,
                "flow_type": flow.flow_type,
                "sha256": flow.sha256,
                "installed": iso_utc(flow.installed.wall_s),
            }
            for flow in store.flows.all_active()
        ]
        return Change(result=rows)

    # ── contacts and recordings ──────────────────────────────────────────────────────────────────────────────────

    def _list_contacts(self, store: Store, given: ask.ContactList) -> Change:
        rows = store.contacts.under_way() if given.open else store.contacts.latest(given.limit)
        shown = [row for row in rows if given.open is None or row.open == given.open][: given.limit]
        return Change(result=[_plain_times(msgspec.to_builtins(row)) | {"open": row.open} for row in shown])

    def _show_contact(self, store: Store, given: ask.ContactNamed) -> Change:
        contact = ContactId(given.contact)
        row = store.contacts.get(contact)
        if row is None:
            raise _missing("contact", contact)
        events = [
            {"writer": event.writer.value, "seq": event.seq, "at": _time(event.at), **body_fields(event.body)}
            for event in store.events.of_contact(contact)
        ]
        shown = _plain_times(msgspec.to_builtins(row)) | {"open": row.open}
        return Change(result={"contact": shown, "record": store.records.get(contact), "events": events})

    def _list_recordings(self, store: Store, given: ask.RecordingList) -> Change:
        rows = [_plain_times(msgspec.to_builtins(row)) for row in store.recordings.all()[-given.limit :]]
        return Change(result=rows)


def _flow_type(given: str | None) -> FlowType | None:
    if given is None:
        return None
    try:
        return FlowType(given)
    except ValueError:
        known = ", ".join(FlowType)
        raise RequestError(f"there is no flow type {given!r}; there are {known}") from None


def _queue(stored: StoredQueue) -> dict[str, Any]:
    plan = stored.plan
    return {
        "queue": plan.queue,
        "name": stored.display_name,
        "max_contacts": plan.max_contacts,
        "ring_timeout_s": plan.ring_timeout_s,
        "wrap_up_s": plan.wrap_up_s,
        "flow": stored.queue_flow,
        "enabled": plan.enabled,
    }


def _plain_times(fields: dict[str, Any]) -> dict[str, Any]:
    """Stamps as people read them: `2026-11-22T09:30:00Z`."""
    return {name: _plain_time(value) for name, value in fields.items()}


def _plain_time(value: Any) -> Any:
    return iso_utc(value["wall_s"]) if isinstance(value, dict) and "wall_s" in value else value


def _time(at: Stamp) -> dict[str, Any]:
    return {"time": iso_utc(at.wall_s), "wall_s": at.wall_s, "mono_s": at.mono_s}


def _missing(what: str, name: str) -> RequestError:
    plural = f"linekeeper {what} list"
    return RequestError(f"there is no {what} {name}; see '{plural}'", kind="not_found")
