"""A queue's numbers as flows see them (`$.Metrics`, reference/connect/flow-language.md): names without the prefix,
values as text. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from appliance.acd.model import AVAILABLE, OFFLINE, Activity
from appliance.acd.snapshots import AgentSnapshot, QueueSnapshot


def flow_metrics(queue: QueueSnapshot) -> dict[str, str]:
    """What `$.Metrics` holds for `queue`."""
    working = queue.agents_on_contact + queue.agents_ringing
    counts = {
        "Online": queue.agents_online,
        "Available": queue.agents_available,
        "Staffed": queue.agents_staffed,
        "AfterContactWork": queue.agents_after_contact_work,
        "Busy": working,
        "Missed": queue.agents_missed + queue.agents_error,
        "NonProductive": queue.agents_non_productive,
    }
    values = {f"Agents.{name}.Count": str(count) for name, count in counts.items()}
    values["Queue.Name"] = str(queue.queue)
    values["Queue.Size"] = str(queue.contacts_in_queue)
    values["Queue.OldestContactAge"] = str(int(queue.oldest_age_s))
    return values


def agent_metrics(agent: AgentSnapshot) -> dict[str, str]:
    """What `$.Metrics` holds for one agent: the counts are 0 or 1."""
    activity, available = agent.activity, agent.status == AVAILABLE
    counts = {
        "Online": agent.status != OFFLINE,
        "Available": available and activity is Activity.IDLE,
        "Staffed": available,
        "AfterContactWork": activity is Activity.AFTER_CONTACT_WORK,
        "Busy": activity in (Activity.ON_CONTACT, Activity.RINGING),
        "Missed": activity in (Activity.MISSED, Activity.ERROR),
        "NonProductive": agent.status not in (AVAILABLE, OFFLINE),
    }
    return {f"Agents.{name}.Count": str(int(true)) for name, true in counts.items()}


def with_position(metrics: Mapping[str, str], position: int) -> dict[str, str]:
    """The queue's `metrics` for a contact at `position` in it (1 is next)."""
    return {**metrics, "Contact.PositionInQueue": str(position)}
