"""A consult (warm transfer): the talker speaks with a third party while the customer waits on hold.

From there: toggle between the two, a conference of all three, or an end: the talker leaves (transfer complete), the
consulted is sent away, or somebody hangs up. What a hang-up means:
- the customer's: the contact is over for everybody;
- the consulted's (or no answer): talker and customer are together again, on hold only if they were before;
- the talker's, as on desk phones: completes the transfer, blindly where it still rings; but a talker who has turned
  back to the customer and hangs up there ends both.

A queue (`queue:NAME`) or a number with a flow is consulted in the talker's name as a contact of its own in another
process, which the edge chooses; its record says which contact it belongs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.contact.media.conversation import BY_COMMAND, RINGBACK
from appliance.contact.media.hearing import CONSULTED, CUSTOMER, Mode
from appliance.contact.sip.leg import Leg
from appliance.contact.talk.targets import AsideTarget, RingTarget, find_consulted, shown
from appliance.contact.talk.transfer import RING_S, Transfer, dial_target, hand_to
from appliance.errors import ContactError
from appliance.events import (
    ConferenceEnded,
    ConferenceStarted,
    ConsultEnded,
    ConsultOutcome,
    ConsultStarted,
    Endpoint,
    LegRole,
    PartiesToggled,
)
from appliance.ids import AgentId

if TYPE_CHECKING:
    from appliance.contact.contact import Contact


class Consult:
    """One third party. The contact asks `owns` for every leg. Operations that don't fit the moment do nothing."""

    def __init__(self, contact: Contact, target: str, leg: Leg, by: AgentId | None) -> None:
        self.target = target
        self.leg = leg
        self.rings = True
        self._contact = contact
        self._by = by
        self._timer = contact.services.timers.after(RING_S, leg.hang_up)
        contact.emit(ConsultStarted(leg=leg.leg, target=target, by=by))
        contact.conversation.consulted = leg
        contact.conversation.joined = Mode.CONSULT
        contact.holding.follow(by)
        contact.conversation.talker_announcer.loop(RINGBACK)

    def owns(self, leg: Leg) -> bool:
        return leg is self.leg

    def ringing(self, _leg: Leg, _status: int) -> None:
        """The party sends sound of its own while it rings: the talker hears that."""
        if self.leg.early:
            self._contact.conversation.talker_announcer.stop()

    def answered(self, _leg: Leg) -> None:
        """They talk."""
        self.rings = False
        self._timer.cancel()
        self._contact.conversation.talker_announcer.stop()
        self._contact.holding.follow(self._by)

    # ── what the talker may do ───────────────────────────────────────────────────────────────────────────────────

    def toggle(self, by: AgentId | None) -> bool:
        """From the consulted to the customer and back; out of a conference to the consulted. False while it rings."""
        if self.rings:
            return False
        to_customer = self._contact.conversation.joined is Mode.CONSULT
        self._end_conference()
        self._contact.emit(PartiesToggled(to=CUSTOMER if to_customer else CONSULTED, by=by))
        self._join(Mode.TALK if to_customer else Mode.CONSULT, by)
        return True

    def confer(self, by: AgentId | None) -> bool:
        """All three hear each other. False while it rings, or where they do."""
        if self.rings or self._contact.conversation.joined is Mode.CONFERENCE:
            return False
        self._contact.emit(ConferenceStarted(leg=self.leg.leg, by=by))
        self._join(Mode.CONFERENCE, by)
        return True

    def complete(self, by: AgentId | None) -> None:
        """The talker leaves the customer to the consulted."""
        contact = self._contact
        talker = contact.conversation.talker
        self._end_conference()
        self._over(ConsultOutcome.BLIND if self.rings else ConsultOutcome.COMPLETED)
        contact.side_flows.stop()
        if self.rings:
            contact.agent_leaves(contact.segment)
            contact.transfer = Transfer(contact, self.target, by, leg=self.leg)
        else:
            hand_to(contact, self.leg, self.target, kind="consult", by=by)
        if talker is not None:
            talker.hang_up()

    def drop(self, by: AgentId | None) -> None:
        """The consulted is sent away."""
        self._back(ConsultOutcome.DROPPED, by)
        self.leg.hang_up()

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────

    def leg_ended(self, _leg: Leg, status: int) -> None:
        """The consulted did not answer, refused or hung up."""
        self._back(ConsultOutcome.FAILED if self.rings else ConsultOutcome.CONSULTED_LEFT, self._by, status)

    def talker_gone(self) -> bool:
        """The talker hung up. True where the customer goes on with the consulted."""
        if self._contact.conversation.joined is Mode.TALK:
            self._over(ConsultOutcome.TALKER_LEFT)
            self.leg.hang_up()
            return False
        by, self._contact.conversation.talker = self._contact.segment.agent, None
        self.complete(by)
        return True

    def abandon(self, *, customer_left: bool) -> None:
        """The contact is over; its legs are taken down by who ends it."""
        self._end_conference()
        self._over(ConsultOutcome.CUSTOMER_LEFT if customer_left else ConsultOutcome.CONTACT_ENDED)

    def cast_off(self) -> None:
        """Somebody else talks with the customer now."""
        self.abandon(customer_left=False)
        self.leg.hang_up()

    def _join(self, mode: Mode, by: AgentId | None) -> None:
        self._contact.conversation.holders.discard(BY_COMMAND)  # whom they turn to is not kept waiting
        self._contact.conversation.joined = mode
        self._contact.holding.follow(by)

    def _back(self, outcome: ConsultOutcome, by: AgentId | None, status: int = 0) -> None:
        """Talker and customer, as before."""
        self._end_conference()
        self._over(outcome, status)
        self._contact.conversation.talker_announcer.stop()
        self._contact.holding.follow(by)

    def _end_conference(self) -> None:
        if self._contact.conversation.joined is Mode.CONFERENCE:
            self._contact.emit(ConferenceEnded(leg=self.leg.leg))

    def _over(self, outcome: ConsultOutcome, status: int = 0) -> None:
        """The consulted has no place here any more."""
        self._timer.cancel()
        contact = self._contact
        contact.consult = None
        contact.conversation.consulted_announcer.stop()
        contact.conversation.consulted = None
        contact.conversation.joined = Mode.TALK
        contact.conversation.holders.discard(self.leg.leg)
        contact.emit(ConsultEnded(leg=self.leg.leg, outcome=outcome, sip_status=status))


def consult(contact: Contact, wanted: str, by: AgentId | None) -> bool:
    """Bring in `wanted` (see `targets`). False where nobody can be rung so, or not now; then nothing has changed."""
    if not contact.conversation.talking or contact.conversation.talker is None or contact.busy_with_target:
        return False
    found = find_consulted(contact.published.plan, wanted, queue=contact.queue)
    if isinstance(found, AsideTarget):
        leg = _dial_aside(contact, found, contact.conversation.talker)
    else:
        leg = dial_target(contact, found) if found is not None else None
    if found is None or leg is None:
        return False
    contact.conversation.consult_recorded = contact.published.plan.record_consults
    target = shown(found, wanted) if isinstance(found, RingTarget) else wanted
    contact.consult = Consult(contact, target, leg, by or contact.conversation.talker.agent)
    return True


def _dial_aside(contact: Contact, found: AsideTarget, talker: Leg) -> Leg | None:
    """Call a queue or a flow in the talker's name; None where that can't even be tried."""
    if talker.extension is None:
        return None
    leg = contact.legs.new(LegRole.THIRD_PARTY)
    leg.headers = {"X-Linekeeper-As": str(talker.extension)}
    try:
        contact.dial(leg, found.dialled, caller=Endpoint(address=talker.extension, type="VOIP"))
    except ContactError:
        return None
    return leg
