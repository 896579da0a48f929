"""How a contact begins that the box begins itself: by a command of the switchboard, in a process that is free.

Counterpart of `arrival`. The segment exists (and is written down) before anybody is dialled.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from appliance.clock import monotonic_s
from appliance.contact import protocol as p
from appliance.contact.begin.origination import Origination
from appliance.contact.contact import Contact
from appliance.contact.making import make_contact
from appliance.contact.services import Services
from appliance.contact.sip.identity import name_addr
from appliance.contact.talk.paging import PAGE, Paging
from appliance.dialplan import DialPlan, e164
from appliance.dialplan.recording_policy import BOTH_SIDES
from appliance.events import AttributesUpdated, Endpoint
from appliance.flow.facts import ContactFacts
from appliance.logs import fields

_log = logging.getLogger(__name__)


def in_time(command: p.OriginateContact) -> bool:
    """Whether nobody else can have been asked meanwhile."""
    return command.begin_by is None or monotonic_s() <= command.begin_by


def make(services: Services, command: p.OriginateContact, on_over: Callable[[], None]) -> Contact:
    """The contact, with nothing written down and nobody dialled yet."""
    contact = make_contact(services, on_over, contact=command.contact, initial=command.initial, seq=command.seq)
    contact.customer_endpoint = services.directory.named(_called(command, contact.published.plan))
    contact.legs.identity = name_addr(contact.customer_endpoint, services.settings.domain)
    contact.outbound = bool(command.number)
    contact.flow.facts = _facts(contact, command)
    if command.page:
        contact.under_way.begin(Paging(contact))
    else:
        contact.under_way.begin(Origination(contact, command))
    return contact


def begin(contact: Contact, command: p.OriginateContact) -> None:
    """Write down how it began, and ring whoever comes first."""
    if not command.initiated:
        system = Endpoint(address=command.caller_id) if command.caller_id else None
        source = f"extension:{command.extension}" if command.extension is not None else ""
        contact.initiate(
            command.method,
            system,
            previous=command.previous,
            source=source,
            agent=command.agent,
            service=PAGE if command.page else "",
            on_behalf_of=command.queue,
        )
    if command.attributes and not command.initiated:
        contact.emit(AttributesUpdated(attributes=command.attributes))
    if command.agent is not None and command.number and contact.published.plan.record_outbound:
        contact.conversation.recorder.said = BOTH_SIDES
    contact.services.engine.start_clock()
    _log.info("contact begins: %s", command.method, extra=fields(contact=command.contact))
    if (origination := contact.under_way.get(Origination)) is not None:
        origination.begin()


def _called(command: p.OriginateContact, plan: DialPlan) -> Endpoint:
    """Who is called: E.164 where it is a number of the outside."""
    if not command.number:
        return Endpoint(address=str(command.extension or "anonymous"), type="VOIP")
    inside = command.number in plan.extensions
    number = command.number if inside else e164(command.number, plan.region) or command.number
    return Endpoint(address=number, type="VOIP" if inside else "TELEPHONE_NUMBER")


def _facts(contact: Contact, command: p.OriginateContact) -> ContactFacts:
    settings = contact.services.settings
    queue = contact.published.plan.queues.get(command.queue) if command.queue is not None else None
    return ContactFacts(
        contact_id=command.contact,
        initial_contact_id=command.initial or command.contact,
        previous_contact_id=command.previous or "",
        initiation_method=command.method.value,
        customer_endpoint=contact.customer_endpoint.address,
        customer_endpoint_type=contact.customer_endpoint.type,
        system_endpoint=command.caller_id,
        attributes=command.attributes,
        queue=command.queue,
        queue_name=command.queue or "",
        queue_arn=queue.arn if queue is not None else "",
        queue_caller_id=queue.caller_id if queue is not None else "",
        language=settings.language,
        region=settings.region,
        epoch_s=contact.services.clock().wall_s - monotonic_s(),
    )
