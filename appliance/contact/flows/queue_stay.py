"""A contact's stay in a queue: asking for the place, the queue flow, offers to agents, leaving.

Who is offered what is decided by the switchboard; the ring time-out is kept here so that an offer ends even while the
switchboard restarts. The place in the queue is kept by the switchboard, from the original time on.
"""

from __future__ import annotations

from appliance.contact import protocol as p
from appliance.contact.contact import Contact
from appliance.contact.media.conversation import MUSIC
from appliance.contact.sip import causes
from appliance.contact.sip.leg import Leg
from appliance.contact.sip.ringing import Alert, alert_headers
from appliance.contact.timers import Timer
from appliance.contact.undertaking import Undertaking
from appliance.errors import ContactError
from appliance.events import (
    AgentMissed,
    AgentOffered,
    ContactDequeued,
    ContactQueued,
    DisconnectReason,
    InitiationMethod,
    LegRole,
    QueueRequested,
    RoutingUpdated,
)
from appliance.events.criteria import RoutingStep
from appliance.flow import commands as c
from appliance.flow import events as e
from appliance.ids import FlowId, OfferId, QueueId

DEFAULT_QUEUE_FLOW = FlowId("customer_queue")


class QueueStay(Undertaking):
    """From the request for a place to the connection with an agent, or to the caller's giving up."""

    def __init__(self, contact: Contact, wish: QueueRequested) -> None:
        self.queue = wish.queue
        self.accepted = False
        self.since = contact.services.clock()
        self._contact = contact
        self._offer: p.OfferContact | None = None
        self._leg: Leg | None = None
        self._timer: Timer | None = None
        self._cause = ""
        self._picked_up = False
        contact.emit(wish)

    @property
    def holds_place(self) -> bool:
        return self.accepted

    # ── the place ────────────────────────────────────────────────────────────────────────────────────────────────

    def accept(self, command: p.AcceptIntoQueue) -> None:
        """The switchboard has put the contact into the queue: the queue flow takes over."""
        if self.accepted or command.queue != self.queue:
            return
        self.accepted = True
        contact = self._contact
        contact.emit(ContactQueued(queue=self.queue))
        contact.flow.tell(e.QueueEntered(queue=self.queue))
        contact.flow.stop()
        contact.flow.know_metrics({"Contact.PositionInQueue": str(command.position)})
        self._start_queue_flow()

    def route(self, command: c.SetRouting) -> None:
        """The queue flow wants the contact served otherwise from now on."""
        if self.accepted:
            self._contact.emit(
                RoutingUpdated(
                    priority=command.priority,
                    time_adjustment_s=command.time_adjustment_s,
                    criteria=command.criteria,
                )
            )

    def _start_queue_flow(self) -> None:
        contact = self._contact
        library, plan = contact.published.library, contact.published.plan
        entry = plan.queues.get(self.queue)
        own = entry.queue_flow if entry is not None else None
        flow = contact.flow.hooked("CustomerQueue") or (library.flow(own) if own else None)
        flow = flow or library.flow(DEFAULT_QUEUE_FLOW)
        if flow is None:
            contact.conversation.announcer.loop(MUSIC)
        else:
            contact.flow.run(flow)

    def abandon(self, *, customer_left: bool) -> None:
        self._contact.under_way.over(QueueStay)
        self.leave("abandoned" if customer_left else "disconnected")

    def leave(self, reason: str) -> None:
        """The contact goes elsewhere or hangs up; an open offer is over."""
        leg, self._leg = self._leg, None
        self._missed("abandoned", 0)
        if leg is not None:
            leg.hang_up()
        self._dequeue(reason)

    def _dequeue(self, reason: str) -> None:
        if self.accepted:
            self.accepted = False
            self._contact.emit(ContactDequeued(queue=self.queue, reason=reason))

    # ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────

    def owns(self, leg: Leg) -> bool:
        """Whether `leg` is the offer's."""
        return leg is self._leg

    def offer(self, offer: p.OfferContact) -> None:
        """Ring the agent. An offer that can't be rung is answered at once, so that the agent isn't kept waiting."""
        contact = self._contact
        if self._offer is not None or not self.accepted:
            contact.emit(AgentMissed(offer=offer.offer, agent=offer.agent, cause="withdrawn"))
            return
        self._offer, self._cause = offer, ""
        profile = contact.published.plan.profiles.get(offer.agent)
        contact.emit(AgentOffered(offer=offer.offer, agent=offer.agent, extension=offer.extension, profile=profile))
        if contact.published.plan.phone(offer.extension).do_not_disturb:
            self._missed("rejected", 486)  # no phone rings; a forward of the extension is never followed
            return
        leg = contact.legs.new(LegRole.AGENT, agent=offer.agent, extension=offer.extension)
        leg.headers = alert_headers(Alert.INTERCOM if offer.auto_accept else Alert.QUEUE)
        leg.label = entry.label if (entry := contact.published.plan.queues.get(self.queue)) is not None else ""
        self._leg = leg
        self._timer = contact.services.timers.after(offer.ring_timeout_s, lambda: self._give_up("no_answer"))
        try:
            contact.dial(leg, str(offer.extension))
        except ContactError:
            self._leg = None
            self._missed("unreachable", 0)

    def withdraw(self, command: p.WithdrawOffer) -> None:
        """The switchboard takes its offer back."""
        if self._offer is not None and self._offer.offer == command.offer:
            self._give_up("withdrawn")

    def ringing(self, leg: Leg, status: int) -> None:
        """The agent's phone rings; the customer hears the queue flow."""

    def answered(self, leg: Leg) -> None:
        """The agent picked up: whispers first, where a flow wants them, then the talk."""
        offer, contact = self._offer, self._contact
        if offer is None or self._cause:
            return
        self._cancel_timer()
        self._picked_up = True
        contact.flow.stop()
        contact.conversation.talker = leg
        contact.side_flows.whisper(leg, lambda: self._connect(leg, offer.offer), attention=offer.auto_accept)

    def _connect(self, leg: Leg, offer: OfferId) -> None:
        """Whispers are over; if both are still there, they talk, and the stay is over."""
        contact = self._contact
        if contact.ending or contact.under_way.get(QueueStay) is not self or leg is not self._leg:
            return
        contact.side_flows.stop()
        contact.under_way.over(QueueStay)
        contact.talk(leg, offer)
        self._leg = self._offer = None
        self._dequeue("connected")

    def taken(self) -> None:
        """Somebody else talks with the customer: the phone that rings stops, the stay is over."""
        leg, self._leg = self._leg, None
        self._missed("withdrawn", 0)
        if leg is not None:
            leg.hang_up(elsewhere=True)
        self._dequeue("connected")

    def leg_ended(self, _leg: Leg, status: int) -> None:
        """The agent's phone refused, failed, was given up or hung up in the whisper; the contact goes on waiting."""
        self._leg = None
        if self._picked_up:
            self._picked_up = False
            self._contact.side_flows.stop()
            self._contact.conversation.talker = None
            self._start_queue_flow()
            self._cause = "rejected"
        self._missed(self._cause or causes.missed_cause(status), status)

    def _give_up(self, cause: str) -> None:
        self._cause = self._cause or cause
        if self._leg is not None:
            self._leg.hang_up()

    def _missed(self, cause: str, status: int) -> None:
        self._cancel_timer()
        if self._offer is not None:
            offer, self._offer = self._offer, None
            self._contact.emit(AgentMissed(offer=offer.offer, agent=offer.agent, cause=cause, sip_status=status))

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def enter_queue(
    contact: Contact,
    queue: QueueId,
    *,
    priority: int = 5,
    time_adjustment_s: int = 0,
    criteria: tuple[RoutingStep, ...] = (),
) -> None:
    """Ask the switchboard for a place, or for one with a single agent (`ids.agent_queue`)."""
    contact.queue = queue
    wish = QueueRequested(queue=queue, priority=priority, time_adjustment_s=time_adjustment_s, criteria=criteria)
    contact.under_way.begin(QueueStay(contact, wish))


def leave_queue(contact: Contact, reason: str) -> None:
    """Give up the place, if the contact has or wants one."""
    if (stay := contact.under_way.get(QueueStay)) is not None:
        stay.leave(reason)
        contact.under_way.over(QueueStay)


def leave_queue_for(contact: Contact, queue: QueueId) -> None:
    """A queue flow moves the contact to another queue: a new segment begins there."""
    leave_queue(contact, "transferred")
    contact.hand_on(str(queue), kind="queue", by=None, method=InitiationMethod.QUEUE_TRANSFER)


def queue_refused(contact: Contact, error: str) -> None:
    """No place: the flow goes on by its error branch."""
    contact.under_way.over(QueueStay)
    if contact.flow.running:
        contact.flow.tell(e.QueueFailed(error=error))
    else:
        contact.end(DisconnectReason.TELECOM_PROBLEM, detail=f"no place in the queue: {error}")
