"""How a branch is right now. Only the newest counts: an older one is replaced before it is sent, and never kept.

Everything that must not be lost is an event; this is for the live board only, and says how old it is.
"""

from __future__ import annotations

import msgspec

from appliance.stamps import Stamp


class LiveQueue(msgspec.Struct, frozen=True, kw_only=True):
    """waiting: contacts; oldest_s: how long the first of them has waited, 0 for nobody; staffed: agents who serve it
    and are logged in; available: of them, who could be offered a contact now."""

    queue: str
    name: str
    waiting: int
    oldest_s: float
    staffed: int
    available: int


class LiveAgent(msgspec.Struct, frozen=True, kw_only=True):
    """status: chosen by the agent; activity: what the contact center has the agent doing; since_s: for how long."""

    agent: str
    name: str
    status: str
    activity: str
    since_s: float
    contact: str = ""


class LiveContact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact under way. stage: `linekeeper contact list` knows the same; since_s: since its first ring."""

    contact: str
    stage: str
    customer: str
    queue: str
    agent: str
    since_s: float


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """warnings: sentences for a person, the worst first. storage_used and storage_budget in bytes; pending: what still
    has to reach the console."""

    version: str
    uptime_s: float
    edge: str
    contact_processes: int
    free_processes: int
    storage_used: int
    storage_budget: int
    pending_events: int
    pending_recordings: int
    warnings: tuple[str, ...] = ()


class LiveState(msgspec.Struct, frozen=True, kw_only=True):
    """number: counts up within a boot; at: when it was so, by the box's clocks."""

    at: Stamp
    number: int
    queues: tuple[LiveQueue, ...] = ()
    agents: tuple[LiveAgent, ...] = ()
    contacts: tuple[LiveContact, ...] = ()
    health: Health
