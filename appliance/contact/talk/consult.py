"""A consult (warm transfer): the talker speaks with a third party while the customer waits on hold.

From there: toggle between the two, a conference of all three, or an end: the talker leaves (transfer complete), the
consulted is sent away, or somebody hangs up. What a hang-up means:
- the customer's: the contact is over for everybody;
- the consulted's (or nobody's answer): talker and customer are together again, on hold only if they were before;
- the talker's, as on desk phones: completes the transfer, blindly where it still rings; but a talker who has turned
  back to the customer and hangs up there ends both.

Forwards and the members of a group are followed as for a call, except into a mailbox: there is nobody to consult. A
queue (`queue:NAME`) or a number with a flow is consulted in the talker's name as a contact of its own in another
process, which the edge chooses; its record says which contact it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence

from appliance.contact.contact import Contact
from appliance.contact.media.conversation import BY_COMMAND, RINGBACK
from appliance.contact.media.hearing import CONSULTED, CUSTOMER, Mode
from appliance.contact.sip.leg import Leg
from appliance.contact.talk.consult_way import ConsultWay
from appliance.contact.talk.targets import AsideTarget, RingTarget, find_consulted, shown
from appliance.contact.talk.transfer import Transfer, hand_to
from appliance.contact.undertaking import Undertaking
from appliance.dialplan.reaching import GiveUp, GoToVoicemail, Reaching
from appliance.events import (
    ConferenceEnded,
    ConferenceStarted,
    ConsultEnded,
    ConsultOutcome,
    ConsultStarted,
    ConsultWentOn,
    PartiesToggled,
)
from appliance.ids import AgentId


class Consult(Undertaking):
    """One third party. The contact asks `owns` for every leg. Operations that don't fit the moment do nothing."""

    def __init__(self, contact: Contact, target: str, by: AgentId | None) -> None:
        """`begin` follows."""
        self.target = target
        self.leg: Leg | None = None  # who rang last, None before the first
        self.rings = True
        self._contact = contact
        self._by = by
        self._way = ConsultWay(contact, ring=self._ring, failed=self._not_reached)
        self._status = 0  # of the last who did not answer

    def begin(self, found: RingTarget | AsideTarget) -> bool:
        """Ring them. False where that can't even be tried; then nothing has changed."""
        return self._way.begin(found)

    @property
    def has_target(self) -> bool:
        return True

    def owns(self, leg: Leg) -> bool:
        return leg is self.leg

    def replaced(self, old: Leg, new: Leg) -> None:
        if old is self.leg:
            self.leg = new

    def ringing(self, leg: Leg, _status: int) -> None:
        """The party sends sound of its own while it rings: the talker hears that."""
        if leg.early:
            self._contact.conversation.talker_announcer.stop()

    def ordered(self, members: Sequence[str]) -> None:
        """Whose turn it is in the group that is consulted."""
        self._way.ordered(members)

    def answered(self, _leg: Leg) -> None:
        """They talk."""
        self.rings = False
        self._way.stop()
        self._contact.conversation.talker_announcer.stop()
        self._contact.holding.follow(self._by)

    def picked_up(self, leg: Leg) -> bool:
        if not self.rings:
            return False
        rung, self._status = self.leg, 0
        self._ring(leg)
        self.answered(leg)
        if rung is not None:
            rung.hang_up(elsewhere=True)
        return True

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
        if self.leg is None or self.rings or self._contact.conversation.joined is Mode.CONFERENCE:
            return False
        self._contact.emit(ConferenceStarted(leg=self.leg.leg, by=by))
        self._join(Mode.CONFERENCE, by)
        return True

    def complete(self, by: AgentId | None) -> None:
        """The talker leaves the customer to the consulted."""
        contact = self._contact
        talker, search = contact.conversation.talker, self._way.give_up_search()
        self._end_conference()
        self._over(ConsultOutcome.BLIND if self.rings else ConsultOutcome.COMPLETED)
        contact.side_flows.stop()
        if self.rings:
            contact.agent_leaves(contact.segment)
            contact.under_way.begin(Transfer(contact, self.target, by, leg=self.leg, search=search))
        elif self.leg is not None:
            hand_to(contact, self.leg, self.target, kind="consult", by=by)
        if talker is not None:
            talker.hang_up()

    def drop(self, by: AgentId | None) -> None:
        """The consulted is sent away."""
        self._back(ConsultOutcome.DROPPED, by)
        self._hang_up()

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────

    def leg_ended(self, _leg: Leg, status: int) -> None:
        """The consulted hung up, or did not answer or refused: on to the next."""
        self._status = status
        if self.rings and self._way.searches:
            self._contact.conversation.consulted = None
            self._way.leg_ended(status)
        else:
            self._back(ConsultOutcome.FAILED if self.rings else ConsultOutcome.CONSULTED_LEFT, self._by, status)

    def talker_gone(self) -> bool:
        """The talker hung up. True where the customer goes on with the consulted."""
        if self._contact.conversation.joined is Mode.TALK:
            self._over(ConsultOutcome.TALKER_LEFT)
            self._hang_up()
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
        self._hang_up()

    # ── who rings ────────────────────────────────────────────────────────────────────────────────────────────────

    def _ring(self, leg: Leg) -> None:
        """The first of them, or the next."""
        contact, before, self.leg = self._contact, self.leg, leg
        if before is None:
            contact.emit(ConsultStarted(leg=leg.leg, target=self.target, by=self._by))
        else:
            contact.emit(ConsultWentOn(leg=before.leg, to=leg.leg, sip_status=self._status))
        contact.conversation.consulted = leg
        contact.conversation.joined = Mode.CONSULT
        contact.holding.follow(self._by)
        contact.conversation.talker_announcer.loop(RINGBACK)

    def _not_reached(self, status: int) -> None:
        self._back(ConsultOutcome.FAILED, self._by, status)

    def _hang_up(self) -> None:
        if self.leg is not None:
            self.leg.hang_up()

    # ── places ───────────────────────────────────────────────────────────────────────────────────────────────────

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
        if self.leg is not None and self._contact.conversation.joined is Mode.CONFERENCE:
            self._contact.emit(ConferenceEnded(leg=self.leg.leg))

    def _over(self, outcome: ConsultOutcome, status: int = 0) -> None:
        """The consulted has no place here any more."""
        self._way.stop()
        contact = self._contact
        contact.under_way.over(Consult)
        contact.conversation.consulted_announcer.stop()
        contact.conversation.consulted = None
        contact.conversation.joined = Mode.TALK
        if self.leg is not None:
            contact.conversation.holders.discard(self.leg.leg)
            contact.emit(ConsultEnded(leg=self.leg.leg, outcome=outcome, sip_status=status))


def consult(contact: Contact, wanted: str, by: AgentId | None) -> bool:
    """Bring in `wanted` (see `targets`). False where nobody can be rung so, or not now; then nothing has changed."""
    if not contact.conversation.talking or contact.conversation.talker is None or contact.busy_with_target:
        return False
    found = find_consulted(contact.published.plan, wanted, queue=contact.queue)
    if found is None or (isinstance(found, RingTarget) and _leads_nowhere(contact, found)):
        return False
    contact.conversation.consult_recorded = contact.published.plan.record_consults
    target = shown(found, wanted) if isinstance(found, RingTarget) else wanted
    one = contact.under_way.begin(Consult(contact, target, by or contact.conversation.talker.agent))
    if not one.begin(found):
        contact.under_way.over(Consult)
        return False
    return True


def _leads_nowhere(contact: Contact, found: RingTarget) -> bool:
    return isinstance(Reaching(contact.published.plan).begin(found.number), GiveUp | GoToVoicemail)
