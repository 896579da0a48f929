"""What the local API shows of an agent at work. Pure."""

from __future__ import annotations

from typing import Any

from appliance.acd.model import Activity
from appliance.acd.snapshots import AgentSnapshot


def agent_row(snapshot: AgentSnapshot, now: float) -> dict[str, Any]:
    """agent, extension (where the agent sits, None: nowhere), queues, status, activity, for_s, contact, next_status,
    wrap_up_left_s (None: no after-contact work, or no limit)."""
    until = snapshot.wrap_up_until
    return {
        "agent": snapshot.agent,
        "extension": snapshot.extension,
        "queues": list(snapshot.queues),
        "status": snapshot.status,
        "activity": Activity(snapshot.activity).value,
        "for_s": round(max(0.0, now - snapshot.since), 1),
        "contact": snapshot.contact,
        "next_status": snapshot.next_status,
        "wrap_up_left_s": None if until is None else round(max(0.0, until - now), 1),
    }
