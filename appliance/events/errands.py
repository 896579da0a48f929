"""Errands: customers whom the box has to call, on somebody's word (callback) or from a list (campaign).

An errand is worked off in attempts, each one a contact: `AttemptPlanned` is in the contact that tries, the others are
in the contact that asked or tried before.
"""

from __future__ import annotations

import enum

import msgspec

from appliance.events.base import Body
from appliance.ids import AgentId, ContactId, ErrandId, FlowId, QueueId
from appliance.stamps import Stamp


class ErrandKind(enum.StrEnum):
    """On whose word somebody is called."""

    CALLBACK = "callback"
    CAMPAIGN = "campaign"


class CallbackRequested(Body, frozen=True, kw_only=True):
    """The customer is to be called back: the flow goes on, the place in the queue is given up to `callback`.

    `callback`: the contact that will do it (NextContactId of this one). `waiting_since`: when this contact asked for
    its place in the queue, which the callback keeps; None where it wasn't waiting. `flow`: as CreateCallbackContact
    names it. Delays in seconds; `max_attempts` counts the first call too.
    """

    callback: ContactId
    number: str
    queue: QueueId | None = None
    agent: AgentId | None = None
    initial_delay_s: int = 0
    max_attempts: int = 1
    retry_delay_s: int = 600
    waiting_since: Stamp | None = None
    priority: int = 5
    time_adjustment_s: int = 0
    caller_id: str = ""
    flow: FlowId | None = None
    initial: ContactId | None = None
    attributes: dict[str, str] = msgspec.field(default_factory=dict)


class AttemptPlanned(Body, frozen=True, kw_only=True):
    """This contact is attempt number `attempt` of an errand. It begins to wait for an agent at `due`
    (ScheduledTimestamp), at the place of somebody who has waited since `waiting_since`."""

    errand: ErrandId
    kind: ErrandKind
    attempt: int
    max_attempts: int
    due: Stamp
    waiting_since: Stamp
    campaign: str = ""


class AttemptFollows(Body, frozen=True, kw_only=True):
    """This attempt came to nothing (`outcome`); `next` is the contact of the next one (NextContactId)."""

    next: ContactId
    outcome: str
