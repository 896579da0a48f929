"""A blind transfer: the target rings, the customer hears ring-back, the transferring party waits aside.

Nothing is given up before the target has answered: if it doesn't, customer and agent are together again. A transfer
into a queue or a flow has nobody to wait for and is complete at once. The segment ends, the next one begins.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from appliance.contact.begin.search import Search, alert_of
from appliance.contact.contact import Contact
from appliance.contact.flows.onward import enter
from appliance.contact.flows.queue_stay import enter_queue
from appliance.contact.sip.leg import Leg
from appliance.contact.talk.parking import ask_for_orbit
from appliance.contact.talk.targets import FlowTarget, OrbitTarget, QueueTarget, RingTarget, find_target, shown
from appliance.contact.timers import Timer
from appliance.contact.undertaking import Undertaking
from appliance.dialplan.reaching import GiveUp, Reaching, Step
from appliance.events import DisconnectReason, LegRole
from appliance.flow.model import Flow
from appliance.ids import AgentId
from appliance.logs import fields

RING_S = 30.0
REFER_GRACE_S = 1.0
_log = logging.getLogger(__name__)
Report = Callable[[int], None]


class Transfer(Undertaking):
    """One target that rings. The contact asks `owns` for every leg; `report` hears how it goes, as a SIP status."""

    def __init__(
        self,
        contact: Contact,
        target: str,
        by: AgentId | None,
        report: Report | None = None,
        *,
        leg: Leg | None = None,
        search: Search | None = None,
    ) -> None:
        """`leg`: who rings already, `search`: who looked for them and goes on for us; else `begin` follows."""
        self.target = target
        self.leg = leg
        self.by = by
        self.report: Report = report or _to_nobody
        self._contact = contact
        self._search = search
        self._timer: Timer | None = None
        if search is not None:
            search.go_on_for(ring=self._ring, left=self._left)
        elif leg is not None:
            self._timer = contact.services.timers.after(RING_S, leg.hang_up)
        contact.conversation.set_apart(True)

    def begin(self, number: str) -> None:
        """Ring whoever is reached at `number`."""
        contact = self._contact
        alert = alert_of(contact)
        self._search = Search(
            contact, role=LegRole.AGENT, alert=alert, longest_ring_s=RING_S, ring=self._ring, left=self._left
        )
        self._search.begin(number)

    @property
    def has_target(self) -> bool:
        return True

    def owns(self, leg: Leg) -> bool:
        return leg is self.leg

    def ordered(self, members: Sequence[str]) -> None:
        """Whose turn it is in the group that is the target."""
        if self._search is not None:
            self._search.ordered(members)

    def ringing(self, _leg: Leg, status: int) -> None:
        self.report(status)

    def answered(self, _leg: Leg) -> None:
        """The target takes the customer."""
        self._over()
        contact = self._contact
        contact.under_way.over(Transfer)
        self.report(200)
        if self.leg is None:
            return
        if contact.conversation.talking:
            hand_to(contact, self.leg, self.target, kind="blind", by=self.by)
        else:  # a flow asked, and nobody talked before: the contact is the same
            contact.conversation.talker = self.leg
            contact.conversation.set_apart(False)
            contact.talk(self.leg, None)

    def picked_up(self, leg: Leg) -> bool:
        rung, self.leg = self.leg, leg
        if rung is not None:
            rung.hang_up(elsewhere=True)
        self.answered(leg)
        return True

    def leg_ended(self, _leg: Leg, status: int) -> None:
        """Who rang does not take the customer: somebody else may."""
        self.leg = None
        if self._search is not None:
            self._search.leg_ended(status)
        else:
            self._failed(status)

    def abandon(self, *, customer_left: bool) -> None:
        """The customer is gone: stop ringing."""
        self._over()

    def cast_off(self) -> None:
        """Somebody else has the customer: stop ringing."""
        self._over()
        self._contact.under_way.over(Transfer)
        self._contact.conversation.set_apart(False)
        if self.leg is not None:
            self.leg.hang_up()

    def _ring(self, leg: Leg) -> None:
        self.leg = leg

    def _left(self, step: Step) -> None:
        """No phone takes the customer."""
        if isinstance(step, GiveUp):
            self._failed(step.sip_status)
            return
        contact, leaver = self._contact, self._contact.conversation.talker
        contact.under_way.over(Transfer)
        contact.conversation.set_apart(False)
        contact.hand_on(self.target, kind="forward", by=self.by)
        enter(contact, step)
        _dismiss(contact, leaver, self.report)

    def _failed(self, status: int) -> None:
        """Nobody took the customer: back to whom it talked with."""
        self._over()
        contact = self._contact
        contact.under_way.over(Transfer)
        self.report(status)
        _log.warning(
            "transfer failed; customer and agent are together again", extra=fields(contact=contact.segment.contact)
        )
        contact.holding.apart_over()
        if contact.conversation.talker is None:
            contact.end(DisconnectReason.TELECOM_PROBLEM, detail=f"transfer to {self.target} failed")

    def _over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._search is not None:
            self._search.over()


def transfer(contact: Contact, wanted: str, by: AgentId | None, report: Report | None = None) -> bool:
    """Blind transfer to `wanted` (see `targets`). False where that leads nowhere; then nothing has changed."""
    found = find_target(contact.published.plan, wanted, queue=contact.queue)
    if isinstance(found, RingTarget):
        return _ring(contact, wanted, found, by, report)
    if isinstance(found, OrbitTarget):
        return ask_for_orbit(contact, found.orbit)
    leaver = contact.conversation.talker
    if isinstance(found, QueueTarget) and found.queue in contact.published.plan.queues:
        contact.hand_on(wanted, kind="queue", by=by)
        enter_queue(contact, found.queue)
    elif isinstance(found, FlowTarget) and (flow := contact.published.library.flow(found.flow)) is not None:
        _through_flow(contact, wanted, found, flow, by)
    else:
        return False
    _dismiss(contact, leaver, report)
    return True


def _ring(contact: Contact, wanted: str, found: RingTarget, by: AgentId | None, report: Report | None) -> bool:
    if isinstance(Reaching(contact.published.plan).begin(found.number), GiveUp):
        return False
    contact.under_way.begin(Transfer(contact, shown(found, wanted), by, report)).begin(found.number)
    return True


def _through_flow(contact: Contact, wanted: str, found: FlowTarget, flow: Flow, by: AgentId | None) -> None:
    """The customer goes through a flow as a contact of its own, which knows whom it is for."""
    contact.hand_on(wanted, kind="flow", by=by)
    contact.flow.aim(queue=found.queue, agent=found.agent)
    contact.conversation.rewire()
    contact.flow.run(flow)


def hand_to(contact: Contact, leg: Leg, target: str, *, kind: str, by: AgentId | None) -> None:
    """`leg`, which has answered, talks with the customer from now on, as the next contact; who talked so far leaves."""
    leaver = contact.conversation.talker
    contact.hand_on(target, kind=kind, by=by)
    contact.legs.move(leg, contact.segment)
    contact.conversation.talker = leg
    contact.conversation.set_apart(False)
    contact.talk(leg, None)
    if leaver is not None:
        contact.services.timers.after(REFER_GRACE_S, leaver.hang_up)


def _dismiss(contact: Contact, leaver: Leg | None, report: Report | None) -> None:
    """Who transferred has no more part in it. A phone that asked by REFER hangs up itself when it is told."""
    if report is not None:
        report(200)
    if leaver is not None:
        contact.services.timers.after(0.0 if report is None else REFER_GRACE_S, leaver.hang_up)


def _to_nobody(_status: int) -> None:
    """Nobody asked how it went."""
