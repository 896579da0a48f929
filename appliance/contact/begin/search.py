"""The way to somebody: rings whom `Reaching` names, one step after the other, until one answers.

Decides nothing: do-not-disturb, forwards and groups are the dial plan's. What becomes of the leg that answers, and of
a call for whom nobody is left, is the business of who searches.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from appliance.contact.contact import Contact
from appliance.contact.protocol import AskTurn
from appliance.contact.sip import causes
from appliance.contact.sip.leg import Leg
from appliance.contact.sip.ringing import Alert, alert_headers, diversion_headers, member_headers
from appliance.contact.timers import Timer
from appliance.dialplan.reaching import ChooseOrder, Outcome, Reaching, RingOutside, RingPhones, Step
from appliance.errors import ContactError
from appliance.events import Endpoint, LegRole
from appliance.logs import fields

TURN_S = 0.5  # how long the switchboard may think about whose turn it is
_log = logging.getLogger(__name__)


class Search:
    """One search. The contact asks `owns` for every leg."""

    def __init__(
        self,
        contact: Contact,
        *,
        role: LegRole,
        alert: Alert,
        longest_ring_s: float,
        caller: Endpoint | None = None,
        ring: Callable[[Leg], None],
        left: Callable[[Step], None],
    ) -> None:
        """`caller`: in whose name, by default who called us; `ring`: a leg is about to be dialled; `left`: the step
        that no phone can take."""
        self.leg: Leg | None = None
        self._contact = contact
        self._role = role
        self.alert = alert
        self._longest_ring_s = longest_ring_s
        self._caller = caller
        self._ring = ring
        self._left = left
        self._reaching = Reaching(contact.published.plan, direct=alert is Alert.INTERCOM)
        self._timer: Timer | None = None
        self._waited_long = False
        self._choosing = False

    def begin(self, target: str) -> None:
        """Ring the first of them; `ring` or `left` has been called when this returns."""
        self._take(self._reaching.begin(target))

    def go_on_for(self, *, ring: Callable[[Leg], None], left: Callable[[Step], None]) -> None:
        """Somebody else searches from now on."""
        self._ring, self._left = ring, left

    def owns(self, leg: Leg) -> bool:
        return leg is self.leg

    def ordered(self, members: Sequence[str]) -> None:
        """The switchboard (or nobody, in time) has said whose turn it is in the group."""
        if self._choosing:
            self._choosing = False
            self._cancel_timer()
            self._take(self._reaching.ordered(members))

    def leg_ended(self, status: int) -> None:
        """The phone refused, failed or was not answered in time: on to the next."""
        self.leg = None
        self._cancel_timer()
        outcome = Outcome.NO_ANSWER if self._waited_long else _outcome(status)
        self._take(self._reaching.failed(outcome, 480 if self._waited_long else status))

    def over(self) -> None:
        """Somebody has answered, or nobody is wanted any more: no timer of ours will ring or hang up."""
        self._cancel_timer()
        self._choosing = False

    def abandon(self, *, elsewhere: bool = False) -> None:
        """Stop ringing; `elsewhere`: because another phone has answered."""
        self.over()
        leg, self.leg = self.leg, None
        if leg is not None:
            leg.hang_up(elsewhere=elsewhere)

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, step: Step) -> None:
        match step:
            case RingPhones() | RingOutside():
                self._dial(step)
            case ChooseOrder():
                self._choose(step)
            case _:
                self._left(step)

    def _choose(self, step: ChooseOrder) -> None:
        self._choosing = True
        contact = self._contact
        self._timer = contact.services.timers.after(TURN_S, lambda: self.ordered(step.members))
        asked = AskTurn(contact=contact.segment.contact, group=step.group, strategy=step.strategy, members=step.members)
        if not contact.services.link.ask(asked):
            self.ordered(step.members)

    def _dial(self, step: RingPhones | RingOutside) -> None:
        contact = self._contact
        self.leg = leg = leg_for(contact, step, role=self._role, alert=self.alert)
        self._waited_long = False
        self._timer = contact.services.timers.after(step.ring_s or self._longest_ring_s, self._give_up)
        self._ring(leg)
        try:
            contact.dial(leg, target_of(step), outside=isinstance(step, RingOutside), caller=self._caller)
        except ContactError:
            _log.warning("a leg can't be dialled", extra=fields(contact=contact.segment.contact, leg=leg.leg))
            self.leg_ended(503)

    def _give_up(self) -> None:
        self._waited_long = True
        if self.leg is not None:
            self.leg.hang_up()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _outcome(status: int) -> Outcome:
    cause = causes.missed_cause(status)
    return Outcome.UNREACHABLE if cause == "unreachable" else Outcome.BUSY


def leg_for(contact: Contact, step: RingPhones | RingOutside, *, role: LegRole, alert: Alert) -> Leg:
    """A leg for `step` that has still to be dialled (to `target_of`)."""
    domain = contact.services.settings.domain
    if isinstance(step, RingOutside):
        leg = contact.legs.new(role if role is LegRole.CUSTOMER else LegRole.THIRD_PARTY)
        leg.headers = diversion_headers(step.diversions, domain)
        return leg
    alone = step.extensions[0] if len(step.extensions) == 1 else None
    leg = contact.legs.new(role, agent=step.agent if alone else None, extension=alone)
    leg.members = () if alone else step.extensions
    leg.headers = {
        **alert_headers(Alert.GROUP if step.group else alert),
        **diversion_headers(step.diversions, domain),
        **member_headers(step.extensions),
    }
    group = contact.published.plan.groups.get(step.group)
    leg.label = group.label if group is not None else ""
    return leg


def target_of(step: RingPhones | RingOutside) -> str:
    """What is dialled for `step`."""
    return step.number if isinstance(step, RingOutside) else step.extensions[0]


def alert_of(contact: Contact) -> Alert:
    """How a phone rings for the contact's customer."""
    return Alert.INTERNAL if contact.customer_endpoint.type == "VOIP" else Alert.EXTERNAL
