"""A customer waits on an orbit, for whoever takes the contact back."""

from __future__ import annotations

import enum

from appliance.events.base import Body
from appliance.ids import AgentId, Extension


class ContactParked(Body, frozen=True, kw_only=True):
    """The customer hears music on `orbit`; `extension` is who parked, `agent` who was logged in there."""

    orbit: str
    extension: Extension | None = None
    by: AgentId | None = None


class UnparkedOutcome(enum.StrEnum):
    """How the wait on an orbit ended."""

    RETRIEVED = "retrieved"  # from a phone
    RETURNED = "returned"  # time was up: who parked has answered
    FORWARDED = "forwarded"  # time was up, who parked did not answer: the fallback
    CUSTOMER_LEFT = "customer_left"
    CONTACT_ENDED = "contact_ended"


class ContactUnparked(Body, frozen=True, kw_only=True):
    orbit: str
    outcome: UnparkedOutcome
    extension: Extension | None = None  # who talks now
