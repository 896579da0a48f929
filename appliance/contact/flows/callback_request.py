"""A flow asks that the customer be called back: the wish is written down, and the place in the queue given up to it.

Written down is promised: the event outlives this process, and the switchboard makes the callback from it. Source: flow
language, CreateCallbackContact.
"""

from __future__ import annotations

import logging
import uuid

from appliance.contact.contact import Contact
from appliance.contact.flows.queue_stay import QueueStay, leave_queue
from appliance.dialplan import ToExtension, ToOutside, may_be_called
from appliance.events import CallbackRequested
from appliance.flow import commands as c
from appliance.flow.facts import ContactFacts
from appliance.ids import ContactId, FlowId, QueueId, agent_queue
from appliance.logs import fields

_log = logging.getLogger(__name__)


def request_callback(contact: Contact, command: c.CreateCallback, facts: ContactFacts) -> bool:
    """Whether the callback is promised; not where the box may not call the number, or has no such queue or agent."""
    plan = contact.published.plan
    destination = may_be_called(plan, command.number)
    if not isinstance(destination, ToOutside | ToExtension):
        _log.warning("no callback: the number can't be called", extra=_of(contact))
        return False
    if command.agent is None and command.queue not in plan.queues:
        return False
    if command.flow:
        _log.warning("callback without its creation flow %s: see 'flow check'", command.flow, extra=_of(contact))
    stay = contact.under_way.get(QueueStay)
    segment = contact.segment
    segment.emit(
        CallbackRequested(
            callback=ContactId(str(uuid.uuid4())),
            number=destination.number if isinstance(destination, ToOutside) else str(destination.extension),
            queue=agent_queue(command.agent) if command.agent is not None else command.queue,
            agent=command.agent,
            initial_delay_s=command.initial_delay_s,
            max_attempts=command.max_attempts,
            retry_delay_s=command.retry_delay_s,
            waiting_since=stay.since if stay is not None else None,
            priority=facts.priority,
            time_adjustment_s=facts.time_adjustment_s,
            caller_id=command.caller_id or _caller_id(contact, command.queue),
            flow=FlowId(command.flow) if command.flow else None,
            initial=ContactId(facts.initial_contact_id or segment.contact),
            attributes=dict(facts.attributes),
        )
    )
    leave_queue(contact, "callback")
    return True


def _of(contact: Contact) -> dict[str, str]:
    return fields(contact=contact.segment.contact)


def _caller_id(contact: Contact, queue: QueueId | None) -> str:
    entry = contact.published.plan.queues.get(queue) if queue is not None else None
    return entry.caller_id if entry is not None else ""
