"""Callbacks: which errand a customer's wish becomes, and what the events of an attempt say about it. Pure.

The customer keeps the place: a callback asked for in the queue stands where the customer stood, and in no better one.
"""

from __future__ import annotations

from appliance import events as said
from appliance.acd.errands import (
    AgentTook,
    AttemptEnded,
    CustomerAnswered,
    Errand,
    ErrandEvent,
    OfferEnded,
    Outcome,
    later,
)
from appliance.ids import ContactId, ErrandId, QueueId
from appliance.stamps import Stamp

LONGEST_DELAY_S = 259_200  # three days, as in CreateCallbackContact
MOST_ATTEMPTS = 11  # a chain has at most twelve contacts, the customer's own among them

_OUTCOMES = {
    said.DisconnectReason.CUSTOMER_DISCONNECT: Outcome.ANSWERED,
    said.DisconnectReason.TELECOM_BUSY: Outcome.BUSY,
    said.DisconnectReason.TELECOM_UNANSWERED: Outcome.NO_ANSWER,
    said.DisconnectReason.TELECOM_TIMEOUT: Outcome.NO_ANSWER,
    said.DisconnectReason.TELECOM_NUMBER_INVALID: Outcome.INVALID,
    said.DisconnectReason.CONTACT_FLOW_DISCONNECT: Outcome.SKIPPED,
    said.DisconnectReason.AGENT_DISCONNECT: Outcome.AGENT_LEFT,
    said.DisconnectReason.TELECOM_ORIGINATOR_CANCEL: Outcome.AGENT_LEFT,
    said.DisconnectReason.OTHER: Outcome.LOST,
    None: Outcome.LOST,
}


def callback_of(
    asked: said.CallbackRequested, by: ContactId | None, queue: QueueId, at: Stamp, *, name: str = ""
) -> Errand:
    """The errand that contact `by` (None: a person) asked for at `at`, to wait in `queue`; `name`: whose number."""
    delay_s = min(max(0, asked.initial_delay_s), LONGEST_DELAY_S)
    return Errand(
        errand=ErrandId(asked.callback),
        kind=said.ErrandKind.CALLBACK,
        number=asked.number,
        queue=queue,
        agent=asked.agent,
        name=name,
        asked=at,
        due=later(at, delay_s),
        waiting_since=asked.waiting_since or at,
        priority=asked.priority,
        time_adjustment_s=asked.time_adjustment_s,
        contact=asked.callback,
        previous=by,
        initial=asked.initial or by,
        max_attempts=min(max(1, asked.max_attempts), MOST_ATTEMPTS),
        retry_delay_s=float(min(max(1, asked.retry_delay_s), LONGEST_DELAY_S)),
        caller_id=asked.caller_id,
        flow=asked.flow,
        attributes=asked.attributes,
    )


def news_of(event: said.ContactEvent) -> ErrandEvent | None:
    """What an event of an attempt's contact means to its errand; None: nothing."""
    match event.body:
        case said.AgentConnected():
            return AgentTook()
        case said.AgentMissed(offer=offer):
            return OfferEnded(offer=offer)
        case said.SystemConnected():
            return CustomerAnswered()
        case said.ContactDisconnected(reason=reason):
            return AttemptEnded(outcome=_OUTCOMES.get(reason, Outcome.UNREACHABLE))
    return None
