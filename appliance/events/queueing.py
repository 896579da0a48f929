"""Waiting, offers, and the part of agents in a contact, up to their after-contact work."""

from __future__ import annotations

from appliance.events.base import Body
from appliance.events.criteria import RoutingStep
from appliance.ids import AgentId, Extension, OfferId, ProfileId, QueueId
from appliance.stamps import Stamp


class QueueRequested(Body, frozen=True, kw_only=True):
    """The flow asks for a place in a queue (an agent's own too: `ids.agent_queue`); the switchboard answers with
    AcceptIntoQueue or RefuseQueue. `criteria` count from now. `waiting_since`: the place of somebody who has waited
    that long already (callback)."""

    queue: QueueId
    priority: int = 5
    time_adjustment_s: int = 0
    criteria: tuple[RoutingStep, ...] = ()
    waiting_since: Stamp | None = None


class RoutingUpdated(Body, frozen=True, kw_only=True):
    """A waiting contact's flow changed how it is to be served; None: as before. `criteria` count from now."""

    priority: int | None = None
    time_adjustment_s: int | None = None
    criteria: tuple[RoutingStep, ...] | None = None


class ContactQueued(Body, frozen=True, kw_only=True):
    queue: QueueId


class ContactDequeued(Body, frozen=True, kw_only=True):
    """`reason`: connected, abandoned, transferred, disconnected, failed, callback (is to be called back instead)."""

    queue: QueueId
    reason: str


class AgentOffered(Body, frozen=True, kw_only=True):
    """`profile`: the agent's routing profile, None where an earlier release wrote the event."""

    offer: OfferId
    agent: AgentId
    extension: Extension
    profile: ProfileId | None = None


class AgentConnected(Body, frozen=True, kw_only=True):
    """Customer and agent hear each other (ConnectedToAgentTimestamp); in a contact that we dial (click-to-dial,
    callback) the agent has picked up, and the customer is dialled. `profile` as in AgentOffered."""

    agent: AgentId
    extension: Extension
    offer: OfferId | None = None
    profile: ProfileId | None = None


class AgentMissed(Body, frozen=True, kw_only=True):
    """`cause`: no_answer, busy, rejected, unreachable, abandoned (customer left while ringing), withdrawn."""

    offer: OfferId
    agent: AgentId
    cause: str
    sip_status: int = 0


class AgentLeft(Body, frozen=True, kw_only=True):
    """The agent's part in the contact is over; after-contact work may follow."""

    agent: AgentId


class AfterContactWorkStarted(Body, frozen=True, kw_only=True):
    agent: AgentId


class AfterContactWorkExtended(Body, frozen=True, kw_only=True):
    """The agent took `seconds` more than the limit gives."""

    agent: AgentId
    seconds: float


class AfterContactWorkEnded(Body, frozen=True, kw_only=True):
    agent: AgentId
