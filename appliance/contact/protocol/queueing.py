"""Places, offers and figures: what the switchboard says of queues."""

from __future__ import annotations

import msgspec

from appliance.contact.protocol.base import Command
from appliance.ids import AgentId, Extension, OfferId, QueueId


class AcceptIntoQueue(Command, frozen=True, kw_only=True):
    queue: QueueId
    position: int


class RefuseQueue(Command, frozen=True, kw_only=True):
    """`error`: QueueAtCapacity (queue full) or NoMatchingError (no such queue)."""

    queue: QueueId
    error: str


class UpdateQueuePosition(Command, frozen=True, kw_only=True):
    """1 is next. Also carries metrics for `$.Metrics` (names as in the flow language, values as text)."""

    position: int
    metrics: dict[str, str] = msgspec.field(default_factory=dict)


class TellMetrics(Command, frozen=True, kw_only=True):
    """Values for `$.Metrics` (names without that prefix, as text); empty where the queue or agent is unknown."""

    metrics: dict[str, str] = msgspec.field(default_factory=dict)


class TellTurn(Command, frozen=True, kw_only=True):
    """The answer to AskTurn: the same members in the order in which they shall ring."""

    group: str
    members: tuple[str, ...]


class OfferContact(Command, frozen=True, kw_only=True):
    """`auto_accept`: the phone is asked to answer by itself, and the agent hears a tone then."""

    offer: OfferId
    agent: AgentId
    extension: Extension
    ring_timeout_s: float
    auto_accept: bool = False


class WithdrawOffer(Command, frozen=True, kw_only=True):
    offer: OfferId


class AnswerPreview(Command, frozen=True, kw_only=True):
    """The agent who is shown whom to call (campaign) has them called, or doesn't: as if 1 or 2 had been pressed."""

    call: bool
