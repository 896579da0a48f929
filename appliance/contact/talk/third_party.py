"""A flow connects the customer with an outside number (console: "Transfer to phone number"), and may go on afterwards.

Source: flow language, TransferParticipantToThirdParty.
"""

from __future__ import annotations

from collections.abc import Sequence

from appliance.contact.begin.search import Search, alert_of
from appliance.contact.contact import Contact
from appliance.contact.flows.onward import enter
from appliance.contact.media.conversation import RINGBACK
from appliance.contact.sip.leg import Leg
from appliance.contact.talk.targets import find_party
from appliance.contact.timers import Timer
from appliance.contact.undertaking import Undertaking
from appliance.dialplan import e164
from appliance.dialplan.reaching import GiveUp, Step
from appliance.events import DisconnectReason, Endpoint, LegRole
from appliance.flow import commands as c
from appliance.flow import events as e

FAILED, TIMED_OUT, COMPLETED = "CallFailed", "ConnectionTimeLimitExceeded", "Completed"


class ThirdParty(Undertaking):
    """One outside call by flow."""

    def __init__(self, contact: Contact, command: c.DialThirdParty) -> None:
        self._contact = contact
        self._command = command
        self._leg: Leg | None = None
        self._timer: Timer | None = None
        self._failure = FAILED
        self.search: Search | None = None

    def owns(self, leg: Leg) -> bool:
        return leg is self._leg

    def ordered(self, members: Sequence[str]) -> None:
        if self.search is not None:
            self.search.ordered(members)

    def dial(self) -> None:
        """Ring the number; the customer hears ring-back."""
        contact = self._contact
        found = find_party(contact.published.plan, self._command.number)
        if found is None:
            self._over(FAILED)
            return
        self._timer = contact.services.timers.after(self._command.time_limit_s, self._give_up)
        contact.conversation.announcer.loop(RINGBACK)
        limit_s, caller = self._command.time_limit_s, self._caller()
        self.search = Search(
            contact,
            role=LegRole.AGENT,
            alert=alert_of(contact),
            longest_ring_s=limit_s + 1,
            caller=caller,
            ring=self._ring,
            left=self._left,
        )
        self.search.begin(found.number)

    def _ring(self, leg: Leg) -> None:
        self._leg = leg

    def _left(self, step: Step) -> None:
        """No phone takes the customer: back to the flow, or where a forward or a group's fallback leads."""
        if isinstance(step, GiveUp):
            self._over(FAILED)
            return
        self._cancel_timer()
        self._contact.under_way.over(ThirdParty)
        enter(self._contact, step)

    def _caller(self) -> Endpoint | None:
        """Who the flow says is calling; None: the customer, or the trunk's own number."""
        number = e164(self._command.caller_id_number, self._contact.published.plan.region)
        return Endpoint(address=number, display_name=self._command.caller_id_name) if number is not None else None

    def ringing(self, leg: Leg, status: int) -> None:
        """The customer hears ring-back of ours anyway."""

    def answered(self, _leg: Leg) -> None:
        """The number answered: they talk."""
        if self._leg is None or self._failure is TIMED_OUT:
            return
        self._cancel_timer()
        self._stop_search()
        self._failure = COMPLETED
        contact = self._contact
        contact.conversation.announcer.stop()
        contact.conversation.talker = self._leg
        contact.talk(self._leg, None)
        if self._command.digits:
            self._leg.send_digits(self._command.digits)

    def picked_up(self, leg: Leg) -> bool:
        if self.search is None:
            return False
        rung, self._leg = self._leg, leg
        if rung is not None:
            rung.hang_up(elsewhere=True)
        self.answered(leg)
        return True

    def leg_ended(self, _leg: Leg, status: int) -> None:
        """The number refused, did not answer, or hung up: on to the next, back to the flow, or the end."""
        if self.search is not None and self._failure is FAILED:
            self.search.leg_ended(status)
        else:
            self._over(self._failure)

    def abandon(self, *, customer_left: bool) -> None:
        """The customer is gone."""
        self._cancel_timer()
        self._stop_search()

    def _give_up(self) -> None:
        self._failure = TIMED_OUT
        if self._leg is not None:
            self._leg.hang_up()

    def _stop_search(self) -> None:
        if self.search is not None:
            self.search.over()
            self.search = None

    def _over(self, outcome: str) -> None:
        self._cancel_timer()
        self._stop_search()
        contact = self._contact
        contact.under_way.over(ThirdParty)
        contact.conversation.announcer.stop()
        contact.conversation.talker = None
        contact.conversation.talking = False
        contact.holding.follow(None)
        if self._command.resume:
            contact.follow_recording()
            contact.flow.tell_later(e.ThirdPartyEnded(outcome=outcome))
        else:
            completed = outcome == COMPLETED
            reason = DisconnectReason.THIRD_PARTY_DISCONNECT if completed else DisconnectReason.TELECOM_PROBLEM
            contact.end(reason, detail="" if completed else f"call to a third party: {outcome}")

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
