"""A customer who has to be called: waits for the time, for an agent, is dialled, and again if it came to nothing. Pure.

One errand is worked off in attempts; each attempt is a contact that waits in its queue without a contact process. When
the ACD offers it, a process gets the right to dial: the lease, written down before anybody hears of it. Within one
attempt there is one agent who takes it, hence one call to the customer, whatever restarts or dies meanwhile: what
became of an attempt is read from its contact's events, and an attempt that an agent has taken is never repeated.

`step` is the only way on; what does not fit the state changes nothing, so that events may come twice. Ids and the
clock are passed in. When records of a list may be called is `campaigns`' business, what a flow asked for `callbacks`'.
"""

from __future__ import annotations

from appliance.acd.errands.commands import BeginContact, EndContact, ErrandCommand, GiveLease, JoinQueue, LinkAttempts
from appliance.acd.errands.errand import Errand, ErrandState, Outcome, later
from appliance.acd.errands.events import (
    AgentTook,
    AttemptEnded,
    Cancelled,
    CustomerAnswered,
    ErrandEvent,
    Offered,
    OfferEnded,
    Recalled,
    Struck,
    TimeCame,
)
from appliance.acd.errands.machine import begin, step

__all__ = [
    "AgentTook",
    "AttemptEnded",
    "BeginContact",
    "Cancelled",
    "CustomerAnswered",
    "EndContact",
    "Errand",
    "ErrandCommand",
    "ErrandEvent",
    "ErrandState",
    "GiveLease",
    "JoinQueue",
    "LinkAttempts",
    "OfferEnded",
    "Offered",
    "Outcome",
    "Recalled",
    "Struck",
    "TimeCame",
    "begin",
    "later",
    "step",
]
