"""What the ACD is told. Past tense, frozen, pure data; `now` (CLOCK_BOOTTIME seconds) is passed beside them."""

from __future__ import annotations

import msgspec

from appliance.acd.model import AgentPlan, QueuePlan
from appliance.events.criteria import RoutingStep
from appliance.ids import AgentId, ContactId, Extension, OfferId, QueueId


class AcdEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything that `Acd.handle` consumes."""


class QueueConfigured(AcdEvent, frozen=True, kw_only=True):
    """A queue is new or changed; waiting contacts stay."""

    queue: QueuePlan


class QueueRemoved(AcdEvent, frozen=True, kw_only=True):
    queue: QueueId


class AgentConfigured(AcdEvent, frozen=True, kw_only=True):
    """An agent is new or changed; the agent's state stays. One who sat at the own phone moves with it."""

    agent: AgentPlan


class AgentRemoved(AcdEvent, frozen=True, kw_only=True):
    agent: AgentId


class ContactArrived(AcdEvent, frozen=True, kw_only=True):
    """A contact asks for a place, or one that has a place there asks for other routing. `queue` may be an agent's.

    `enqueued_at` is the original time: a restored contact takes its old place. `forced`: it was accepted before
    (restart), so capacity is not checked again. `offers_made`: the highest number in an offer id of this contact so
    far, so that a restart or a second queue never gives an id twice. `criteria` count from `criteria_since` (None:
    `enqueued_at`). `last_agent`: who talked with this customer last; wished for as long as the queue says, while that
    agent is there. `not_before`: offered to nobody until then, and not waiting but scheduled (CONTACTS_SCHEDULED); a
    contact that has a place gives it up until then. None leaves a scheduled contact scheduled."""

    contact: ContactId
    queue: QueueId
    enqueued_at: float
    priority: int = 5
    time_adjustment_s: int = 0
    forced: bool = False
    offers_made: int = 0
    criteria: tuple[RoutingStep, ...] = ()
    criteria_since: float | None = None
    last_agent: AgentId | None = None
    not_before: float | None = None


class ContactLeft(AcdEvent, frozen=True, kw_only=True):
    """The contact is no longer waiting (hung up, transferred, failed); an open offer of it is over."""

    contact: ContactId


class OfferAnswered(AcdEvent, frozen=True, kw_only=True):
    """The agent picked up and is connected with the contact."""

    offer: OfferId


class OfferMissed(AcdEvent, frozen=True, kw_only=True):
    """`cause`: no_answer, busy, rejected, unreachable, failed, withdrawn, abandoned. The contact is back at its old
    place (except after abandoned). unreachable and failed put the agent to the error state, all others but abandoned
    and withdrawn to the missed state.

    "withdrawn" also answers an offer that the contact process can't ring now (the next one comes a second later), and
    confirms that a Withdraw took effect."""

    offer: OfferId
    cause: str


class AgentEngaged(AcdEvent, frozen=True, kw_only=True):
    """The agent is on a contact that was not offered by a queue (extension call, outbound), or restored on one.
    A contact that holds a place gives it up: it is answered. `queue`: where it came from, if from one."""

    agent: AgentId
    contact: ContactId
    queue: QueueId | None = None


class AgentReleased(AcdEvent, frozen=True, kw_only=True):
    """The agent's part in the contact is over. `wrap_up`: after-contact work follows (queue contacts)."""

    agent: AgentId
    contact: ContactId
    wrap_up: bool


class AgentStatusSet(AcdEvent, frozen=True, kw_only=True):
    """The agent chose a status: "Available", "Offline" or a custom one. While on a contact or in wrap-up it becomes
    the next status; in the missed state choosing "Available" clears it."""

    agent: AgentId
    status: str


class AgentSeated(AcdEvent, frozen=True, kw_only=True):
    """The agent is reached at this phone from now on (log-in); None: at none (log-out), so gets no offers.

    An offer that rings elsewhere is taken back; contacts under way go on; the status stays. Whether somebody else sits
    there is the teller's business."""

    agent: AgentId
    extension: Extension | None


class WrapUpExtended(AcdEvent, frozen=True, kw_only=True):
    """The agent needs more time: the limit of the after-contact work under way moves, if it has one."""

    agent: AgentId
    seconds: float


class WrapUpCleared(AcdEvent, frozen=True, kw_only=True):
    """The agent closed after-contact work before its time limit."""

    agent: AgentId


class AgentStateRestored(AcdEvent, frozen=True, kw_only=True):
    """After a restart: what the store knew of the agent. Times on the scale of `now`. inbound_since None: as
    `idle_since`; extension UNSET: not known, the agent's own phone; wrap_up_until UNSET: not known, as usual."""

    agent: AgentId
    status: str
    activity: str
    since: float
    idle_since: float
    contact: ContactId | None = None
    next_status: str | None = None
    queue: QueueId | None = None
    inbound_since: float | None = None
    extension: Extension | msgspec.UnsetType | None = msgspec.UNSET
    wrap_up_until: float | msgspec.UnsetType | None = msgspec.UNSET
