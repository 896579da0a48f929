"""The statuses that agents may choose: added, removed, listed, and found by name or number."""

from __future__ import annotations

import difflib

from appliance.errors import RequestError
from appliance.store.agent_statuses import AgentStatus
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change
from appliance.switchboard.api.listings import Row, missing


def add_status(store: Store, given: ask.AgentStatusAdd) -> Change:
    """Adds or changes one; what is None stays as it was, or is the default of a new one."""
    before = store.agent_statuses.get(given.status)
    last = max(status.display_order for status in store.agent_statuses.all())
    new = before or AgentStatus(name=given.status, display_order=last + 1)
    status = AgentStatus(
        name=given.status,
        type=new.type,
        description=new.description if given.description is None else given.description,
        display_order=new.display_order if given.order is None else given.order,
        enabled=new.enabled if given.enabled is None else given.enabled,
    )
    store.agent_statuses.put(status)
    return Change(result=show_status(status))


def remove_status(store: Store, given: ask.AgentStatusNamed) -> Change:
    if not store.agent_statuses.remove(given.status):
        raise missing("agent-status", given.status)
    return Change(result={"status": given.status})


def list_statuses(store: Store) -> list[Row]:
    """As `show_status`, in their order."""
    return [show_status(status) for status in store.agent_statuses.all()]


def show_status(status: AgentStatus) -> Row:
    """status, order, type, state, description; the words of Connect's AgentStatus."""
    return {
        "status": status.name,
        "order": status.display_order,
        "type": status.type.value,
        "state": "ENABLED" if status.enabled else "DISABLED",
        "description": status.description,
    }


def chosen_status(store: Store, wanted: str) -> str:
    """The status meant by `wanted`, a name (in any case) or its number. Raises RequestError that says what is close."""
    enabled = {status.name: status for status in store.agent_statuses.all() if status.enabled}
    for name, status in enabled.items():
        if wanted.casefold() == name.casefold() or wanted == str(status.display_order):
            return name
    close = difflib.get_close_matches(wanted.casefold(), [name.casefold() for name in enabled], n=1, cutoff=0.5)
    meant = [name for name in enabled if name.casefold() in close]
    remedy = f"did you mean {meant[0]!r}?" if meant else f"there are {', '.join(enabled)}"
    raise RequestError(f"no status {wanted!r}; {remedy}", kind="not_found")
