"""What it means for the contact when its customer or its talker hangs up."""

from __future__ import annotations

import logging

from appliance.contact.contact import Contact
from appliance.contact.flows.queue_stay import enter_queue
from appliance.contact.sip import causes
from appliance.contact.sip.leg import Leg
from appliance.contact.talk.consult import Consult
from appliance.contact.talk.transfer import Transfer
from appliance.events import DisconnectReason, InitiationMethod
from appliance.flow.model import Flow
from appliance.ids import QueueId, agent_queue
from appliance.logs import fields

FIRST = 1  # priority: who has talked already doesn't wait behind who has not
_log = logging.getLogger(__name__)


def customer_gone(contact: Contact, leg: Leg, status: int) -> None:
    """The customer hung up, or never answered."""
    if leg.answered:
        contact.end(DisconnectReason.CUSTOMER_DISCONNECT)
    elif contact.outbound:
        contact.end(causes.disconnect_reason(status), status=causes.answer_for_caller(status))
    else:
        contact.end(DisconnectReason.TELECOM_ORIGINATOR_CANCEL)


def talker_gone(contact: Contact, leg: Leg) -> None:
    """Who talked inside hung up: the customer stays where somebody or something is left for it."""
    consult = contact.under_way.get(Consult)
    if Transfer in contact.under_way:
        contact.agent_leaves(contact.segment)
        contact.conversation.talker = None  # blind: the talker needn't wait for the target
    elif consult is not None and consult.talker_gone():
        return
    elif not leg.answered:
        contact.end(DisconnectReason.TELECOM_ORIGINATOR_CANCEL)
    elif leg.lost and (queue := _queue_again(contact)) is not None:
        _offer_again(contact, queue)
    elif (flow := _disconnect_flow(contact)) is not None:
        _customer_remains(contact, flow)
    else:
        contact.end(DisconnectReason.AGENT_DISCONNECT)


def _queue_again(contact: Contact) -> QueueId | None:
    """Where a customer waits whose talker's device has gone: in the queue it came by, else for that agent."""
    customer, agent = contact.conversation.customer, contact.segment.agent
    if contact.outbound or customer is None or not customer.answered:
        return None
    return contact.queue or (agent_queue(agent) if agent is not None else None)


def _offer_again(contact: Contact, queue: QueueId) -> None:
    """The customer hears the queue's music and is the first to be offered, as a new contact."""
    _log.warning(
        "the talker's device has gone; the contact is offered again", extra=fields(contact=contact.segment.contact)
    )
    contact.side_flows.stop()
    contact.hand_on(str(queue), kind="device_lost", by=None, method=InitiationMethod.QUEUE_TRANSFER)
    contact.conversation.rewire()
    enter_queue(contact, queue, priority=FIRST)


def _disconnect_flow(contact: Contact) -> Flow | None:
    """What the customer hears now: as the flow has hooked it (or switched it off), else as the queue wants it."""
    facts, customer = contact.flow.facts, contact.conversation.customer
    if customer is None or not customer.answered:
        return None
    if "CustomerRemaining" in facts.hooks:
        return contact.flow.hooked("CustomerRemaining")
    entry = contact.published.plan.queues.get(facts.queue) if facts.queue is not None else None
    wanted = entry.disconnect_flow if entry is not None else None
    return contact.published.library.flow(wanted) if wanted is not None else None


def _customer_remains(contact: Contact, flow: Flow) -> None:
    """The agent hung up first and a disconnect flow is set: it goes on with the customer, as a new contact."""
    contact.side_flows.stop()
    by, method = contact.segment.agent, InitiationMethod.DISCONNECT
    contact.hand_on(str(flow.name), kind="disconnect_flow", by=by, method=method)
    contact.flow.know(hooks={}, queue=None)  # once
    contact.outbound = False
    contact.conversation.rewire()
    contact.flow.run(flow)
