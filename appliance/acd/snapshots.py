"""What the ACD shows of itself: one queue or one agent at one instant. Read-only; rules as in metrics.md, section 3."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from appliance.acd.agents import Agent
from appliance.acd.lines import Line, Place
from appliance.acd.model import AVAILABLE, OFFLINE, Activity
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId, agent_of_queue


class QueueSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Contacts of a queue and the agents that serve it.

    contacts_in_queue: waiting, without those being offered; oldest_age_s: of these, 0 if there are none;
    contacts_scheduled: to wait later;
    positions: every contact that holds a place, in order, offered ones included; 1 is next.
    agents_online: any status but Offline; agents_staffed: status Available, whatever the activity;
    agents_available: could take an offer now; agents_non_productive: in a custom status;
    agents_on_contact: without wrap-up (the metric AGENTS_ON_CONTACT adds agents_after_contact_work).
    """

    queue: QueueId
    contacts_in_queue: int
    contacts_offered: int
    contacts_scheduled: int
    oldest_age_s: float
    positions: dict[ContactId, int]
    agents_online: int
    agents_staffed: int
    agents_available: int
    agents_ringing: int
    agents_on_contact: int
    agents_after_contact_work: int
    agents_missed: int
    agents_error: int
    agents_non_productive: int


class AgentSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One agent; `contact` is the one under way, in wrap-up or ringing, `offer` the open offer; `extension` where the
    agent sits, None: nowhere; `queues`: of the routing profile; `wrap_up_until`: the limit of
    the wrap-up, even while the agent is on another contact."""

    agent: AgentId
    extension: Extension | None
    status: str
    next_status: str | None
    activity: Activity
    since: float
    idle_since: float
    contact: ContactId | None
    offer: OfferId | None
    queues: tuple[QueueId, ...]
    wrap_up_until: float | None = None
    outbound_queue: QueueId | None = None  # for whom the agent calls out


def show_queue(line: Line, places: Iterable[Place], agents: Iterable[Agent], now: float) -> QueueSnapshot:
    """`places` are those of the line, `agents` those that serve its queue."""
    serving = list(agents)
    waiting_since = [place.enqueued_at for place in places if place.offer is None]
    activities = [agent.activity for agent in serving]
    statuses = [agent.status for agent in serving]
    return QueueSnapshot(
        queue=line.plan.queue,
        contacts_in_queue=line.waiting,
        contacts_offered=line.offered,
        contacts_scheduled=len(line.scheduled),
        oldest_age_s=max(0.0, now - min(waiting_since)) if waiting_since else 0.0,
        positions={key[2]: position for position, key in enumerate(line.keys, 1)},
        agents_online=len(statuses) - statuses.count(OFFLINE),
        agents_staffed=statuses.count(AVAILABLE),
        agents_available=sum(agent.available for agent in serving),
        agents_ringing=activities.count(Activity.RINGING),
        agents_on_contact=activities.count(Activity.ON_CONTACT),
        agents_after_contact_work=activities.count(Activity.AFTER_CONTACT_WORK),
        agents_missed=activities.count(Activity.MISSED),
        agents_error=activities.count(Activity.ERROR),
        agents_non_productive=len(statuses) - statuses.count(OFFLINE) - statuses.count(AVAILABLE),
    )


def show_agent(agent: Agent) -> AgentSnapshot:
    return AgentSnapshot(
        agent=agent.id,
        extension=agent.seat,
        status=agent.status,
        next_status=agent.next_status,
        activity=agent.activity,
        since=agent.since,
        idle_since=agent.idle_since,
        contact=agent.contact,
        offer=agent.offer,
        queues=tuple(share.queue for share in agent.shares if agent_of_queue(share.queue) is None),
        wrap_up_until=max(agent.limits.values(), default=None),
        outbound_queue=agent.plan.outbound_queue,
    )
