"""A contact: its legs and its way from the first ring to the last BYE.

Decides nothing that a flow, the dial plan or the switchboard should decide; it carries out and writes down. Who hears
whom is in `conversation`, which flow runs in `main_flow` and `side_flows`. Knows nothing of what is done with it: what
is under way (an offer, transfer, consult, joint …) are `undertakings`, whose modules know the contact. `making` puts
one together.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from appliance.contact.flows.flow_run import FlowHost
from appliance.contact.flows.main_flow import MainFlow
from appliance.contact.flows.side_flows import SideFlows
from appliance.contact.media.conversation import Conversation
from appliance.contact.segment import FLUSH_S, Segment
from appliance.contact.services import Services
from appliance.contact.sip.leg import Leg, LegOwner
from appliance.contact.sip.legs import Legs
from appliance.contact.talk.holding import Holding
from appliance.contact.undertaking import Undertakings
from appliance.dialplan.recording_policy import RecordingPolicy, recorded
from appliance.events import (
    AgentConnected,
    AgentLeft,
    AnyBody,
    ContactInitiated,
    ContactTransferred,
    DisconnectReason,
    Endpoint,
    InitiationMethod,
    SystemConnected,
)
from appliance.ids import AgentId, ContactId, OfferId, QueueId
from appliance.logs import fields

_log = logging.getLogger(__name__)


class Contact:
    """One visit in this process. `on_over` is called once, when the last leg is down."""

    def __init__(
        self,
        services: Services,
        on_over: Callable[[], None],
        *,
        owner: Callable[[Contact], LegOwner],
        host: Callable[[Contact], FlowHost],
        contact: ContactId | None = None,
        initial: ContactId | None = None,
        seq: int = 0,
    ) -> None:
        """`owner` makes who hears of its legs, `host` who carries out what its flow asks; `contact`: its id where it
        has one; `initial`: of its chain; `seq`: the last number written so far."""
        self.services = services
        self.published = services.plans.read()
        self.conversation = talk = Conversation(services)
        self.legs = Legs(services, owner(self), count=seq)
        self.segment = self._new_segment(contact, seq)
        self.flow = MainFlow(services, self.published, talk.announcer, lambda: self.segment.contact)
        self.flow.host = host(self)
        self.side_flows = SideFlows(self.flow, services.timers, talk)
        self.holding = Holding(talk, self.side_flows, self.emit)
        self.under_way = Undertakings()
        self.outbound = False  # somebody inside dialled: the dialled party is the customer
        self.caller = self.customer_endpoint = Endpoint(address="anonymous")  # who called us; whose visit it is
        self.queue: QueueId | None = None  # whose contact it is, if a queue's
        self._initial = initial
        self._once_up: Callable[[], None] | None = None
        self._on_over = on_over
        self.ending = False
        self._over = False

    @property
    def winding_up(self) -> bool:
        """Whether every leg is down and only files are being completed."""
        return self._over

    @property
    def busy_with_target(self) -> bool:
        """Whether a transfer or consult is under way, so that another can't begin."""
        return any(one.has_target for one in self.under_way)

    def emit(self, body: AnyBody) -> None:
        """Write an event of the segment under way."""
        self.segment.emit(body)

    def dial(self, leg: Leg, target: str, *, outside: bool = False, caller: Endpoint | None = None) -> None:
        """Send the INVITE by way of the edge, in the name of `caller` or else of who called us. Raises ContactError
        when it can't even be sent; the leg is gone then."""
        self.legs.dial(leg, target, self.segment.contact, outside=outside, caller=caller)

    def follow_recording(self) -> None:
        """Start or stop recording as flow, policy and state ask."""
        plan, talker = self.published.plan, self.conversation.talker
        queue = plan.queues.get(QueueId(self.flow.facts.queue or ""))
        agent = plan.recording_of_agents.get(talker.agent) if talker is not None and talker.agent else None
        recorder = self.conversation.recorder
        recorder.participants = recorded(recorder.said, queue.recording if queue else RecordingPolicy.FLOW, agent)
        recorder.follow(talking=self.conversation.talking, folder=self.segment.folder, emit=self.emit)

    # ── answer ───────────────────────────────────────────────────────────────────────────────────────────────────

    def answer_then(self, leg: Leg, deed: Callable[[], None]) -> None:
        """Answer the leg that called us, and do `deed` when it is up."""
        self._once_up = deed
        leg.reply(200)

    def customer_answered(self) -> None:
        """The customer's leg is up: what waited for that is done, or its flow begins."""
        if self._once_up is not None:
            deed, self._once_up = self._once_up, None
            deed()
        else:
            self.emit(SystemConnected())
            self.flow.begin()

    def talk(self, leg: Leg, offer: OfferId | None) -> None:
        """`leg` talks with the customer from now on."""
        for one in self.under_way:
            one.talk_begins(leg.extension)
        self.conversation.talking = True
        self.conversation.rewire()
        self.agent_connected(leg, offer)
        self.holding.follow(None)
        self.follow_recording()
        _log.info("contact answered", extra=fields(contact=self.segment.contact, leg=leg.leg))

    def agent_connected(self, leg: Leg, offer: OfferId | None) -> None:
        """An agent has part in the segment from now on, once."""
        if leg.agent is not None and leg.extension is not None and leg.agent != self.segment.agent:
            self.segment.agent = leg.agent
            profile = self.published.plan.profiles.get(leg.agent)
            self.emit(AgentConnected(agent=leg.agent, extension=leg.extension, offer=offer, profile=profile))

    # ── hand on ──────────────────────────────────────────────────────────────────────────────────────────────────

    def hand_on(
        self,
        target: str,
        *,
        kind: str,
        by: AgentId | None,
        method: InitiationMethod = InitiationMethod.TRANSFER,
        reason: DisconnectReason | None = None,
    ) -> None:
        """End this segment and begin the next: a new contact id, the same customer."""
        for one in self.under_way:
            one.cast_off()
        before, following = self.segment, self._new_segment()
        self.agent_leaves(before)
        self.conversation.recorder.stop("transferred")
        before.emit(ContactTransferred(next=following.contact, target=target, kind=kind, by=by))
        before.close(reason, self._state())
        self._initial = self._initial or before.contact
        self.segment = following
        self.initiate(method, None, previous=before.contact)
        _log.info("contact goes on: %s", method, extra=fields(contact=following.contact))
        self.flow.know(
            contact_id=following.contact,
            initial_contact_id=self._initial,
            previous_contact_id=before.contact,
            initiation_method=method.value,
            chain_length=self.flow.facts.chain_length + 1,
        )
        self.conversation.talker = None
        self.conversation.talking = False
        self.holding.forget()
        if self.conversation.customer is not None:
            self.legs.move(self.conversation.customer, self.segment)
            self.emit(SystemConnected())
        for one in self.under_way:
            one.moved()

    def agent_leaves(self, segment: Segment) -> None:
        """The agent's part in `segment` is over."""
        has_part = self.conversation.talking or any(one.has_agent for one in self.under_way)
        if segment.agent is not None and has_part:
            segment.emit(AgentLeft(agent=segment.agent))
            segment.agent = None

    def initiate(
        self,
        method: InitiationMethod,
        system: Endpoint | None,
        *,
        previous: ContactId | None = None,
        source: str = "",
        agent: AgentId | None = None,
        service: str = "",
        on_behalf_of: QueueId | None = None,
    ) -> None:
        """The first event of the segment."""
        self.emit(
            ContactInitiated(
                method=method,
                customer=self.customer_endpoint,
                system=system,
                initial=self._initial,
                previous=previous,
                slot=self.services.slot,
                source=source,
                agent=agent,
                service=service,
                queue=on_behalf_of,
            )
        )

    # ── end ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def end(self, reason: DisconnectReason | None, *, status: int = 0, detail: str = "") -> None:
        """The contact is over: write it down, then take every leg down. `status` answers a leg that still rings."""
        if self.ending:
            return
        state = self._state()
        self.ending = True
        for one in self.under_way:
            one.abandon(customer_left=reason is DisconnectReason.CUSTOMER_DISCONNECT)
        self.flow.stop()
        self.side_flows.stop()
        self.agent_leaves(self.segment)
        self.conversation.recorder.stop("contact ended")
        self.segment.last = True
        self.segment.close(reason, state, detail)
        for leg in self.legs:
            leg.hang_up(0 if leg.answered else status)
        self.check_over()

    def let_go(self) -> None:
        """The contact goes on without this process, which has written all it had to."""
        self.ending = self.segment.closed = self.segment.last = True
        for leg in self.legs:
            leg.hang_up()
        self.check_over()

    def _state(self) -> str:
        """PreDisconnectState, as the metrics need it."""
        if self.conversation.talking:
            return "CONNECTED_ONHOLD" if self.conversation.on_hold else "CONNECTED"
        if any(one.holds_place for one in self.under_way):
            return "IN_QUEUE"
        return "RINGING" if self.outbound else "IN_FLOW"

    def check_over(self) -> None:
        """Whether that was the last leg."""
        if self.segment.closed and not self.legs and not self._over:
            self._over = True
            self.services.timers.after(FLUSH_S, self._leave)

    def _leave(self) -> None:
        """Free first, then said: whoever hears `Released` may send the next contact."""
        self._on_over()
        self.segment.let_go()

    def _new_segment(self, given: ContactId | None = None, seq: int = 0) -> Segment:
        contact = given or ContactId(str(uuid.uuid4()))
        self.services.link.contact = contact  # the one to claim when the switchboard is back
        return Segment(
            contact,
            spool=self.services.spool,
            link=self.services.link,
            clock=self.services.clock,
            timers=self.services.timers,
            seq=seq,
        )
