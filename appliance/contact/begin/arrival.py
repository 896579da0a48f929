"""How a contact begins: an INVITE from the edge is routed by the dial plan, answered or dialled on, or refused.

The segment exists (and is written down) before the first answer is sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from appliance.clock import monotonic_s
from appliance.contact.begin.calling import call
from appliance.contact.contact import Contact
from appliance.contact.flows.onward import enter
from appliance.contact.making import make_contact
from appliance.contact.services import Published, Services
from appliance.contact.sip.identity import name_addr
from appliance.contact.sip.invite import Invite
from appliance.contact.sip.leg import Leg
from appliance.contact.sip.ringing import Alert
from appliance.contact.talk.paging import PAGE, Paging
from appliance.contact.talk.targets import QUEUE_USER
from appliance.dialplan import (
    Destination,
    DialPlan,
    ToExtension,
    ToFeature,
    ToFlow,
    ToGroup,
    ToIntercom,
    ToOutside,
    ToPage,
    Unroutable,
    e164,
    route,
)
from appliance.dialplan.reaching import GoToQueue
from appliance.dialplan.recording_policy import BOTH_SIDES
from appliance.events import ContactJoined, Endpoint, InitiationMethod, LegRole, SystemConnected
from appliance.flow.facts import ContactFacts
from appliance.ids import Extension, FlowId, LegId, QueueId
from appliance.logs import fields

ToSomebody = ToExtension | ToIntercom | ToGroup | ToPage | ToOutside
Reachable = ToFlow | ToFeature | ToSomebody
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToQueue:
    """The talker of another contact consults a queue."""

    queue: QueueId


def destination_of(published: Published, invite: Invite) -> Destination | ToQueue:
    """Where the call goes; a number whose flow can't be read is as bad as none."""
    if invite.consulting is not None and invite.dialled.startswith(QUEUE_USER):
        queue = QueueId(invite.dialled.removeprefix(QUEUE_USER))
        known = queue in published.plan.queues
        return ToQueue(queue=queue) if known else Unroutable(sip_status=404, why=f"there is no queue {queue[:40]!r}")
    destination = route(published.plan, invite.dialled, from_trunk=invite.from_trunk)
    flow = flow_of(destination)
    if flow is not None and published.library.flow(flow) is None:
        return Unroutable(sip_status=503, why=f"flow {flow} is not installed; see 'linekeeper flow list'")
    return destination


def flow_of(destination: Destination) -> FlowId | None:
    """The flow that the destination starts, None where it starts none."""
    if isinstance(destination, ToFlow):
        return destination.flow
    return destination.feature.flow if isinstance(destination, ToFeature) else None


def begin(
    services: Services,
    invite: Invite,
    destination: Reachable | ToQueue,
    make_leg: Callable[[Contact, LegId, LegRole], Leg],
    on_over: Callable[[], None],
) -> Contact:
    """The contact of a routable call, under way."""
    contact = make_contact(services, on_over)
    plan = contact.published.plan
    contact.caller = services.directory.named(caller(invite, plan))
    contact.legs.identity = name_addr(contact.caller, services.settings.domain)
    if isinstance(destination, ToFlow | ToFeature | ToQueue):
        leg = make_leg(contact, LegId("customer"), LegRole.CUSTOMER)
        contact.legs.adopt(leg)
        if isinstance(destination, ToQueue):
            _consulted(contact, invite, destination.queue, leg)
        else:
            _arrive(contact, invite, destination, leg)
        if invite.consulting is not None:
            contact.emit(ContactJoined(other=invite.consulting, leg=leg.leg))
    else:
        leg = make_leg(contact, LegId("agent"), LegRole.AGENT)
        contact.legs.adopt(leg)
        _dial_out(contact, invite, destination, leg)
    services.engine.start_clock()
    _log.info("contact begins, from %s", invite.source, extra=fields(contact=contact.segment.contact))
    return contact


def _arrive(contact: Contact, invite: Invite, destination: ToFlow | ToFeature, leg: Leg) -> None:
    """A customer reached a number with a flow, or a phone inside dialled a feature code."""
    dialled = destination.number if isinstance(destination, ToFlow) else destination.code
    service = "" if isinstance(destination, ToFlow) else f"feature:{destination.feature.name}"
    contact.conversation.customer = leg
    contact.customer_endpoint = contact.caller
    contact.initiate(InitiationMethod.INBOUND, Endpoint(address=dialled), source=invite.source, service=service)
    if service and invite.extension is not None:  # whoever sits there is busy with the box
        leg.extension = Extension(invite.extension)
        leg.agent = contact.published.plan.extensions.get(leg.extension)
    contact.legs.note(leg, f"sip:{invite.caller}", contact.segment)
    leg.reply(200)  # what follows is ready long before the ACK is here
    attributes = {} if isinstance(destination, ToFlow) else _attributes(contact.published.plan, invite, destination)
    contact.flow.facts = _facts(contact, invite, dialled, attributes)
    name = flow_of(destination)
    flow = None if name is None else contact.published.library.flow(name)
    if flow is not None:
        contact.flow.prepare(flow)


def _consulted(contact: Contact, invite: Invite, queue: QueueId, leg: Leg) -> None:
    """The talker of another contact waits in a queue, as any customer does."""
    contact.conversation.customer = leg
    contact.customer_endpoint = contact.caller
    contact.initiate(InitiationMethod.TRANSFER, None, source=invite.source)
    contact.legs.note(leg, f"sip:{invite.caller}", contact.segment)
    contact.flow.facts = _facts(contact, invite, "", {})

    def wait() -> None:
        contact.emit(SystemConnected())
        enter(contact, GoToQueue(queue=queue))

    contact.answer_then(leg, wait)


def _facts(contact: Contact, invite: Invite, dialled: str, attributes: Mapping[str, str]) -> ContactFacts:
    settings = contact.services.settings
    return ContactFacts(
        contact_id=contact.segment.contact,
        initial_contact_id=contact.segment.contact,
        initiation_method=InitiationMethod.INBOUND.value,
        customer_endpoint=contact.caller.address,
        system_endpoint=dialled,
        attributes=attributes,
        language=settings.language,
        region=settings.region,
        sip_headers=invite.headers,
        epoch_s=contact.services.clock().wall_s - monotonic_s(),
    )


def _attributes(plan: DialPlan, invite: Invite, destination: ToFeature) -> dict[str, str]:
    """What a system flow knows; the argument may be secret and stands in no event."""
    extension = Extension(invite.extension or "")
    return {
        "feature": destination.feature.name,
        "code": destination.code,
        "argument": destination.argument,
        "extension": extension,
        "agent": plan.extensions.get(extension) or "",
        "function": destination.feature.function,
        "question": destination.feature.question,
    }


def _dial_out(contact: Contact, invite: Invite, destination: ToSomebody, leg: Leg) -> None:
    """An extension dialled somebody inside or an outside number: the dialled party is the customer."""
    plan = contact.published.plan
    outside = isinstance(destination, ToOutside)
    contact.outbound = contact.conversation.through = True
    contact.conversation.talker = leg
    leg.extension = Extension(invite.extension or "")
    leg.agent = plan.extensions.get(leg.extension)
    if plan.record_outbound if outside else plan.record_internal:
        contact.conversation.recorder.said = BOTH_SIDES
    dialled = destination.number if isinstance(destination, ToOutside) else invite.dialled
    customer = Endpoint(address=dialled, type="TELEPHONE_NUMBER" if outside else "VOIP")
    contact.customer_endpoint = contact.services.directory.named(customer)
    service = PAGE if isinstance(destination, ToPage) else ""
    contact.initiate(InitiationMethod.OUTBOUND, None, source=invite.source, agent=leg.agent, service=service)
    contact.legs.note(leg, f"sip:{invite.caller}", contact.segment)
    contact.flow.facts = _facts(contact, invite, dialled, {})
    if isinstance(destination, ToPage):
        contact.under_way.begin(Paging(contact, leg, destination.group))
        leg.reply(200)
    elif isinstance(destination, ToIntercom):
        call(contact, destination.extension, contact.caller, Alert.INTERCOM)
    else:
        call(contact, invite.dialled, contact.caller)


def caller(invite: Invite, plan: DialPlan) -> Endpoint:
    """Who calls: an extension as it is, a number as E.164 where it is one."""
    if invite.extension is not None:
        name = plan.phone(Extension(invite.extension)).name or invite.caller_name
        return Endpoint(address=invite.extension, type="VOIP", display_name=name)
    number = e164(invite.caller, plan.region) or invite.caller or "anonymous"
    return Endpoint(address=number, display_name=invite.caller_name)
