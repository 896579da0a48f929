"""Real-time metrics of one instant (reference: metrics.md, section 3) from what the ACD shows of itself.

The rules stand here once: the status, the board, flows (`$.Metrics`), Prometheus and `linekeeper metrics` use them.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from appliance.acd.model import AVAILABLE, OFFLINE, Activity
from appliance.acd.snapshots import AgentSnapshot, QueueSnapshot

Current = dict[str, float | int | None]


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """One queue, or the whole branch, counted. wrapping_up: contacts in after contact work, which may be more than the
    agents in it; oldest_age_s: None where nobody waits; handle_s: mean handle time of the day, if anything was
    handled."""

    waiting: int = 0
    scheduled: int = 0
    oldest_age_s: float | None = None
    online: int = 0
    staffed: int = 0
    available: int = 0
    ringing: int = 0
    on_contact: int = 0
    after_contact_work: int = 0
    wrapping_up: int = 0
    missed: int = 0
    error: int = 0
    non_productive: int = 0
    handle_s: float | None = None


def scene_of_queue(queue: QueueSnapshot, *, wrapping_up: int | None = None, handle_s: float | None = None) -> Scene:
    """A queue and the agents who serve it."""
    return Scene(
        waiting=queue.contacts_in_queue,
        scheduled=queue.contacts_scheduled,
        oldest_age_s=queue.oldest_age_s if queue.contacts_in_queue else None,
        online=queue.agents_online,
        staffed=queue.agents_staffed,
        available=queue.agents_available,
        ringing=queue.agents_ringing,
        on_contact=queue.agents_on_contact,
        after_contact_work=queue.agents_after_contact_work,
        wrapping_up=queue.agents_after_contact_work if wrapping_up is None else wrapping_up,
        missed=queue.agents_missed,
        error=queue.agents_error,
        non_productive=queue.agents_non_productive,
        handle_s=handle_s,
    )


def scene_of_agent(agent: AgentSnapshot) -> Scene:
    """One agent alone: counts are 0 or 1."""
    available, activity = agent.status == AVAILABLE, agent.activity
    online = agent.status != OFFLINE
    return Scene(
        online=online,
        staffed=available,
        available=available and activity is Activity.IDLE and agent.extension is not None,
        ringing=activity is Activity.RINGING,
        on_contact=activity is Activity.ON_CONTACT,
        after_contact_work=activity is Activity.AFTER_CONTACT_WORK,
        wrapping_up=activity is Activity.AFTER_CONTACT_WORK,
        missed=activity is Activity.MISSED,
        error=activity is Activity.ERROR,
        non_productive=online and not available,
    )


def scene_of_all(
    queues: Iterable[QueueSnapshot], agents: Iterable[AgentSnapshot], *, wrapping_up: int, handle_s: float | None = None
) -> Scene:
    """The whole branch: every agent once, however many queues are served."""
    waits = list(queues)
    crew = [scene_of_agent(agent) for agent in agents]
    ages = [queue.oldest_age_s for queue in waits if queue.contacts_in_queue]
    counted = ("online", "staffed", "available", "ringing", "on_contact", "after_contact_work", "missed", "error")
    sums = {name: sum(getattr(one, name) for one in crew) for name in (*counted, "non_productive")}
    return Scene(
        waiting=sum(queue.contacts_in_queue for queue in waits),
        scheduled=sum(queue.contacts_scheduled for queue in waits),
        oldest_age_s=max(ages, default=None),
        wrapping_up=wrapping_up,
        handle_s=handle_s,
        **sums,
    )


def current(scene: Scene) -> Current:
    """Every metric of section 3 by name. OLDEST_CONTACT_AGE is 0 where nobody waits."""
    working = scene.on_contact + scene.after_contact_work
    return {
        "CONTACTS_IN_QUEUE": scene.waiting,
        "OLDEST_CONTACT_AGE": round(scene.oldest_age_s or 0.0, 1),
        "CONTACTS_SCHEDULED": scene.scheduled,
        "AGENTS_ONLINE": scene.online,
        "AGENTS_STAFFED": scene.staffed,
        "AGENTS_AVAILABLE": scene.available,
        "AGENTS_ON_CONTACT": working,
        "AGENTS_AFTER_CONTACT_WORK": scene.wrapping_up,
        "AGENTS_ERROR": scene.missed + scene.error,
        "AGENTS_NON_PRODUCTIVE": scene.non_productive,
        "SLOTS_ACTIVE": working,
        "SLOTS_AVAILABLE": scene.available,
        "ESTIMATED_WAIT_TIME": _estimated_wait(scene),
    }


def _estimated_wait(scene: Scene) -> float | None:
    if scene.available > scene.waiting:
        return 0.0
    if not scene.staffed or scene.handle_s is None:
        return None
    return round((scene.waiting + 1) * scene.handle_s / scene.staffed, 1)


def flow_counts(scene: Scene) -> dict[str, int]:
    """The agents of `$.Metrics.Agents.<name>.Count` (reference/connect/flow-language.md)."""
    return {
        "Online": int(scene.online),
        "Available": int(scene.available),
        "Staffed": int(scene.staffed),
        "AfterContactWork": int(scene.after_contact_work),
        "Busy": int(scene.on_contact + scene.ringing),
        "Missed": int(scene.missed + scene.error),
        "NonProductive": int(scene.non_productive),
    }
