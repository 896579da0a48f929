"""Queues and agents as configured, and the states an agent can be in. Pure data."""

from __future__ import annotations

import enum

import msgspec

from appliance.ids import AgentId, Extension, QueueId

AVAILABLE = "Available"
OFFLINE = "Offline"


class Activity(enum.StrEnum):
    """What an agent is doing, beside the chosen status. Exactly one at a time."""

    IDLE = "idle"
    RINGING = "ringing"
    ON_CONTACT = "on_contact"
    AFTER_CONTACT_WORK = "after_contact_work"
    MISSED = "missed"


class QueuePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A queue as configured. max_contacts None: no limit of its own; wrap_up_s 0: until the agent closes it."""

    queue: QueueId
    max_contacts: int | None = None
    ring_timeout_s: float = 20.0
    wrap_up_s: float = 30.0
    enabled: bool = True


class QueueShare(msgspec.Struct, frozen=True, kw_only=True):
    """A queue an agent serves: priority 1 is first; delay is how long a contact must have waited before."""

    queue: QueueId
    priority: int = 1
    delay_s: float = 0.0


class AgentPlan(msgspec.Struct, frozen=True, kw_only=True):
    """An agent as configured. `extension` is where offers ring."""

    agent: AgentId
    extension: Extension
    queues: tuple[QueueShare, ...] = ()
