"""Queues and agents as configured, and the states an agent can be in. Pure data."""

from __future__ import annotations

import enum

import msgspec

from appliance.ids import AgentId, Extension, QueueId

AVAILABLE = "Available"
OFFLINE = "Offline"
AGENT_QUEUE_PLACES = 10  # of every agent queue (reference/connect/resources.md, Queue)
OWN_PRIORITY = 0  # an agent's own queue comes before all in the routing profile, whose priorities begin at 1


class Activity(enum.StrEnum):
    """What an agent is doing, beside the chosen status. Exactly one at a time.

    missed: didn't take an offer; error: the offer couldn't reach the agent. Both last until the agent is Available
    again by choice.
    """

    IDLE = "idle"
    RINGING = "ringing"
    ON_CONTACT = "on_contact"
    AFTER_CONTACT_WORK = "after_contact_work"
    MISSED = "missed"
    ERROR = "error"


class AgentOrder(enum.StrEnum):
    """Who of several available agents gets a queue's next contact."""

    LONGEST_IDLE = "longest_idle"
    ROUND_ROBIN = "round_robin"  # whose last contact of this queue is longest ago; the longest idle of those without


class AvailabilityTimer(enum.StrEnum):
    """What ends an agent's idle time (RoutingProfile.AgentAvailabilityTimer)."""

    LAST_ACTIVITY = "TIME_SINCE_LAST_ACTIVITY"  # any contact, any change of status
    LAST_INBOUND = "TIME_SINCE_LAST_INBOUND"  # contacts of queues only


class QueuePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A queue as configured. max_contacts None: no limit of its own; wrap_up_s 0: until the agent closes it; enabled
    False: takes no new contacts; last_agent_s: how long a caller waits for the agent of the time before, 0: not."""

    queue: QueueId
    max_contacts: int | None = None
    ring_timeout_s: float = 20.0
    wrap_up_s: float = 30.0
    enabled: bool = True
    agent_order: AgentOrder = AgentOrder.LONGEST_IDLE
    last_agent_s: float = 0.0


class QueueShare(msgspec.Struct, frozen=True, kw_only=True):
    """A queue an agent serves: priority 1 is first; delay is how long a contact must have waited before."""

    queue: QueueId
    priority: int = 1
    delay_s: float = 0.0


class Proficiency(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent can do: `name` = `value` ("language" = "ko") at a level from 1 to 5."""

    name: str
    value: str
    level: float


class AgentPlan(msgspec.Struct, frozen=True, kw_only=True):
    """An agent as configured. `queues` and `timer` are those of the routing profile.

    extension: the agent's own phone, where offers ring unless the agent sits elsewhere (AgentSeated); None: the agent
    has none and must be seated. wrap_up_s: limit of after-contact work instead of the queue's, 0: until the agent
    closes it. auto_accept: the agent's phone answers by itself.
    """

    agent: AgentId
    extension: Extension | None = None
    queues: tuple[QueueShare, ...] = ()
    proficiencies: tuple[Proficiency, ...] = ()
    timer: AvailabilityTimer = AvailabilityTimer.LAST_ACTIVITY
    outbound_queue: QueueId | None = None
    wrap_up_s: float | None = None
    auto_accept: bool = False
