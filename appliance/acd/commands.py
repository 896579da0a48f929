"""What the ACD decides. Imperative, frozen, pure data; the switchboard carries them out."""

from __future__ import annotations

import msgspec

from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId


class AcdCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything that `Acd.handle` returns."""


class AcceptContact(AcdCommand, frozen=True, kw_only=True):
    contact: ContactId
    queue: QueueId
    position: int


class RefuseContact(AcdCommand, frozen=True, kw_only=True):
    """`error`: QueueAtCapacity or NoMatchingError (unknown or disabled queue)."""

    contact: ContactId
    queue: QueueId
    error: str


class Offer(AcdCommand, frozen=True, kw_only=True):
    """Ring `agent`; a lease: answered by OfferAnswered or OfferMissed, and ended by `WithdrawOffer` otherwise."""

    offer: OfferId
    contact: ContactId
    agent: AgentId
    ring_timeout_s: float
    auto_accept: bool = False


class Withdraw(AcdCommand, frozen=True, kw_only=True):
    """The offer is over (lease expired, agent removed): stop ringing."""

    offer: OfferId
    contact: ContactId


class TellPosition(AcdCommand, frozen=True, kw_only=True):
    """The contact's place in its queue changed; 1 is next."""

    contact: ContactId
    queue: QueueId
    position: int


class AgentStateChanged(AcdCommand, frozen=True, kw_only=True):
    """Store this. `activity` is one of `model.Activity`; `contact` is the one under way, in wrap-up or ringing.

    `queue` is where a contact under way or in wrap-up came from, None for others. `inbound_since`: the last contact of
    a queue; `extension`: where the agent sits, None: nowhere; `wrap_up_until`: the limit of the wrap-up, if it has one.
    """

    agent: AgentId
    status: str
    activity: str
    since: float
    idle_since: float
    contact: ContactId | None
    next_status: str | None
    queue: QueueId | None = None
    inbound_since: float | None = None
    extension: Extension | None = None
    wrap_up_until: float | None = None


class WrapUpStarted(AcdCommand, frozen=True, kw_only=True):
    """The contact's after-contact work began."""

    agent: AgentId
    contact: ContactId


class WrapUpEnded(AcdCommand, frozen=True, kw_only=True):
    """The contact's after-contact work is over: its record can be closed."""

    agent: AgentId
    contact: ContactId


class WrapUpProlonged(AcdCommand, frozen=True, kw_only=True):
    """The limit of the contact's after-contact work is `seconds` later than it was."""

    agent: AgentId
    contact: ContactId
    seconds: float
