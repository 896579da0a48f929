"""Quick connects as the API changes and shows them. Runs in the store's thread, inside a transaction."""

from __future__ import annotations

from collections.abc import Callable

from appliance.dialplan import EMERGENCY, QuickConnectPlan
from appliance.errors import RequestError
from appliance.ids import AgentId, FlowId, QueueId
from appliance.store.quick_connects import QuickConnectKind, StoredQuickConnect
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change
from appliance.switchboard.api.listings import Row, missing


def add_quick_connect(store: Store, given: ask.QuickConnectAdd) -> Change:
    """Raises RequestError (`not_found`, `reserved`, `invalid`), UnknownReferenceError."""
    flow = given.target if given.type == QuickConnectKind.FLOW else given.flow
    if flow is not None and store.flows.active(FlowId(flow)) is None:
        raise missing("flow", flow)
    if given.flow is not None and given.type not in (QuickConnectKind.USER, QuickConnectKind.QUEUE):
        raise RequestError(f"a quick connect of type {given.type} takes no flow beside its target; leave it out")
    entry = StoredQuickConnect(
        name=given.name,
        kind=QuickConnectKind(given.type),
        agent=AgentId(given.target) if given.type == QuickConnectKind.USER else None,
        queue=QueueId(given.target) if given.type == QuickConnectKind.QUEUE else None,
        number=_number(given.target) if given.type == QuickConnectKind.PHONE_NUMBER else "",
        flow=None if flow is None else FlowId(flow),
        queues=tuple(QueueId(queue) for queue in dict.fromkeys(given.queues)),
    )
    store.quick_connects.put(entry)
    return Change(result=show_quick_connect(entry), published=True)


def remove_quick_connect(store: Store, given: ask.QuickConnectNamed) -> Change:
    if not store.quick_connects.remove(given.name):
        raise missing("quick-connect", given.name)
    return Change(result={"name": given.name}, published=True)


def list_quick_connects(store: Store, given: ask.QuickConnectList) -> Change:
    """All, or those that contacts of one queue may use."""
    usable = [
        entry for entry in store.quick_connects.all() if given.queue is None or usable_for(entry, QueueId(given.queue))
    ]
    return Change(result=[show_quick_connect(entry) for entry in usable])


def usable_for(entry: StoredQuickConnect, queue: QueueId) -> bool:
    """Whether contacts of `queue` may use it."""
    return not entry.queues or queue in entry.queues


def show_quick_connect(entry: StoredQuickConnect) -> Row:
    """name, type, target, flow, queues, dial (what a command takes as a target)."""
    own_flow = entry.flow if entry.kind is not QuickConnectKind.FLOW else None
    return {
        "name": entry.name,
        "type": entry.kind.value,
        "target": _TARGETS[entry.kind](entry),
        "flow": own_flow,
        "queues": list(entry.queues),
        "dial": f"quick:{entry.name}",
    }


def quick_connect_plan(entry: StoredQuickConnect) -> QuickConnectPlan:
    """As contact processes read it."""
    return QuickConnectPlan(
        kind=entry.kind.value,
        agent=entry.agent,
        queue=entry.queue,
        number=entry.number,
        flow=entry.flow,
        queues=entry.queues,
    )


_TARGETS: dict[QuickConnectKind, Callable[[StoredQuickConnect], str | None]] = {
    QuickConnectKind.USER: lambda entry: entry.agent,
    QuickConnectKind.QUEUE: lambda entry: entry.queue,
    QuickConnectKind.PHONE_NUMBER: lambda entry: entry.number,
    QuickConnectKind.FLOW: lambda entry: entry.flow,
}


def _number(target: str) -> str:
    digits = target.removeprefix("+")
    if not digits.isascii() or not digits.isdigit():
        raise RequestError(f"{target!r} is no number; write +8225550100, or an extension's digits")
    if digits in EMERGENCY:
        raise RequestError(f"{target} is reserved for emergency calls; dial it, don't transfer there", kind="reserved")
    return target
