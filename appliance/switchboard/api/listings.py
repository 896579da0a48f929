"""What the local API shows of the store: extensions, agents, queues, flows, contacts, recordings, as plain JSON types.

Reads only. Times are `2026-11-22T09:30:00Z`, durations seconds. What only a running switchboard knows `api` adds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from appliance.acd.model import QueueShare
from appliance.dialplan import ExtensionPlan
from appliance.errors import RequestError
from appliance.events import body_fields
from appliance.ids import AgentId, ContactId, QueueId
from appliance.stamps import Stamp, iso_utc
from appliance.store.agent_states import AgentState
from appliance.store.agents import StoredAgent
from appliance.store.contact_row import ContactRow
from appliance.store.queues import StoredQueue
from appliance.store.recordings import RecordingRow, RecordingStatus
from appliance.store.routing_profiles import StoredProfile
from appliance.store.store import Store

Row = dict[str, Any]


def list_extensions(store: Store) -> list[Row]:
    """extension, name, agent, and as `show_settings`."""
    return [
        {
            "extension": entry.extension,
            "name": entry.display_name,
            "agent": entry.agent,
            **show_settings(entry.settings),
        }
        for entry in store.extensions.all()
    ]


def show_settings(settings: ExtensionPlan) -> Row:
    """do_not_disturb, always, busy, no_answer, ring_s, outside, pickup_group; null for none."""
    shown = {name: getattr(settings, name) for name in settings.__struct_fields__ if name != "name"}
    return {name: None if value == "" else value for name, value in shown.items()}


def list_agents(store: Store) -> list[Row]:
    """As `show_agent`, and login (number), status, activity, since, contact, next_status."""
    states = {state.agent: state for state in store.agent_states.all()}
    logins = store.agent_access.login_of()
    return [
        show_agent(agent) | {"login": logins.get(agent.plan.agent)} | _activity(states.get(agent.plan.agent))
        for agent in store.agents.all()
    ]


def show_agent(agent: StoredAgent) -> Row:
    """agent, name, extension, profile (null: its own), queues, served (those with priority, delay_s), proficiencies,
    wrap_up_s (null: the queue's), auto_accept."""
    return {
        "agent": agent.plan.agent,
        "name": agent.display_name,
        "extension": agent.plan.extension,
        "profile": agent.profile,
        "queues": [share.queue for share in agent.plan.queues],
        "served": _served(agent.plan.queues),
        "proficiencies": [msgspec.to_builtins(held) for held in agent.plan.proficiencies],
        "wrap_up_s": agent.plan.wrap_up_s,
        "auto_accept": agent.plan.auto_accept,
    }


def list_profiles(store: Store) -> list[Row]:
    """As `show_profile`, named profiles only."""
    return [
        show_profile(profile, store.routing_profiles.agents_of(profile.profile))
        for profile in store.routing_profiles.all()
    ]


def show_profile(profile: StoredProfile, agents: Sequence[AgentId]) -> Row:
    """profile, name, served (queue, priority, delay_s), outbound_queue, timer, agents."""
    return {
        "profile": profile.profile,
        "name": profile.display_name,
        "served": _served(profile.queues),
        "outbound_queue": profile.outbound_queue,
        "timer": profile.timer.value,
        "agents": list(agents),
    }


def _served(shares: Iterable[QueueShare]) -> list[Row]:
    return [{"queue": share.queue, "priority": share.priority, "delay_s": share.delay_s} for share in shares]


def list_queues(store: Store) -> list[Row]:
    """As `show_queue`, and members: agent, priority, delay_s of each who serves it."""
    members: dict[QueueId, list[Row]] = {}
    for agent in store.agents.all():
        for share in agent.plan.queues:
            member = {"agent": agent.plan.agent, "priority": share.priority, "delay_s": share.delay_s}
            members.setdefault(share.queue, []).append(member)
    return [show_queue(queue) | {"members": members.get(queue.plan.queue, [])} for queue in store.queues.all()]


def show_queue(queue: StoredQueue) -> Row:
    """queue, name, max_contacts, ring_timeout_s, wrap_up_s, flow, hours, caller_id, enabled, agent_order,
    last_agent_s."""
    return {
        "queue": queue.plan.queue,
        "name": queue.display_name,
        "max_contacts": queue.plan.max_contacts,
        "ring_timeout_s": queue.plan.ring_timeout_s,
        "wrap_up_s": queue.plan.wrap_up_s,
        "flow": queue.queue_flow,
        "hours": queue.hours or None,
        "caller_id": queue.caller_id or None,
        "caller_name": queue.caller_name or None,
        "outbound_flow": queue.outbound_flow,
        "disconnect_flow": queue.disconnect_flow,
        "enabled": queue.plan.enabled,
        "agent_order": queue.plan.agent_order.value,
        "last_agent_s": queue.plan.last_agent_s,
    }


def list_flows(store: Store) -> list[Row]:
    """flow, flow_type, sha256, installed."""
    return [
        {
            "flow": flow.flow,
            "flow_type": flow.flow_type,
            "sha256": flow.sha256,
            "installed": _time(flow.installed),
        }
        for flow in store.flows.all_active()
    ]


def list_contacts(store: Store, *, limit: int, only_open: bool) -> list[Row]:
    """As `show_contact`, newest first."""
    rows = store.contacts.under_way()[::-1][:limit] if only_open else store.contacts.latest(limit)
    return [show_contact(row) for row in rows]


def show_contact(row: ContactRow) -> Row:
    """contact, open, stage, started, ended, duration_s, method, customer, system, queue, agent, disconnect_reason …"""
    ended = row.disconnected
    return {
        "contact": row.contact,
        "open": row.open,
        "stage": row.stage.value,
        "started": _time(row.started),
        "ended": _time(ended),
        "duration_s": None if ended is None else round(ended.seconds_since(row.started), 3),
        "method": row.method,
        "source": row.source,
        "customer": None if row.customer is None else row.customer.address,
        "system": None if row.system is None else row.system.address,
        "queue": row.queue,
        "enqueued": _time(row.enqueued),
        "agent": row.agent,
        "connected": _time(row.connected),
        "disconnect_reason": row.reason,
        "media_failed": row.media_failed,
        "slot": row.slot,
        "previous": row.previous,
        "next": row.next,
    }


def show_whole_contact(store: Store, contact: ContactId) -> Row:
    """contact (as `show_contact`), record (null while it is open), events. Raises RequestError (`not_found`)."""
    row = store.contacts.get(contact)
    if row is None:
        raise missing("contact", contact)
    events = [
        {
            "writer": event.writer.value,
            "seq": event.seq,
            "time": _time(event.at),
            "wall_s": event.at.wall_s,
            "mono_s": event.at.mono_s,
            **body_fields(event.body),
        }
        for event in store.events.of_contact(contact)
    ]
    return {"contact": show_contact(row), "record": store.records.get(contact), "events": events}


def list_recordings(store: Store, folder: Path, *, limit: int) -> list[Row]:
    """recording, contact, state, started, path (None where it can't be heard here), sha256, duration_s, bytes;
    newest first."""
    return [_recording(row, folder) for row in store.recordings.all()[::-1][:limit]]


def missing(what: str, name: str) -> RequestError:
    """The error that `name` isn't there."""
    return RequestError(f"there is no {what} {name}; see 'linekeeper {what} list'", kind="not_found")


def _recording(row: RecordingRow, folder: Path) -> Row:
    shown: Row = msgspec.to_builtins(row)
    return {
        "recording": row.recording,
        "contact": row.contact,
        "state": row.status.value,
        "started": _time(row.started),
        "path": str(folder / row.path) if row.path and row.status is RecordingStatus.FINISHED else None,
        **{name: shown[name] for name in ("sha256", "duration_s", "bytes")},
    }


def _activity(state: AgentState | None) -> Row:
    if state is None:
        return {"status": "Offline", "activity": "idle", "since": None, "contact": None, "next_status": None}
    return {
        "status": state.status,
        "activity": state.activity.value,
        "since": _time(state.since),
        "contact": state.contact,
        "next_status": state.next_status,
    }


def _time(at: Stamp | None) -> str | None:
    return None if at is None else iso_utc(at.wall_s)
