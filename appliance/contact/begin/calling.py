"""An extension calls: somebody inside or outside is reached, and is the contact's customer from then on.

Where the way ends at a queue, a flow or a mailbox, the caller becomes the customer of a contact that follows: the box
answers, and the record keeps the chain.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from appliance.contact.begin.search import Search
from appliance.contact.contact import Contact
from appliance.contact.flows.onward import enter
from appliance.contact.sip import causes
from appliance.contact.sip.leg import Leg
from appliance.contact.sip.ringing import Alert
from appliance.contact.undertaking import Undertaking
from appliance.dialplan.reaching import GiveUp, Step
from appliance.events import DisconnectReason, Endpoint, LegRole, SystemConnected
from appliance.flow.commands import Message
from appliance.logs import fields

RING_S = 60.0
TONE = "tone"
_log = logging.getLogger(__name__)


def call(contact: Contact, target: str, caller: Endpoint, alert: Alert = Alert.INTERNAL) -> None:
    """Reach `target` for the talker, whose address is `caller`."""

    contact.under_way.begin(Calling(contact, target, caller, alert)).begin()


class Calling(Undertaking):
    """The search for whom the talker called, until that one has answered and is the customer."""

    def __init__(self, contact: Contact, target: str, caller: Endpoint, alert: Alert) -> None:
        self._contact = contact
        self._target = target
        self._caller = caller
        self._search = Search(
            contact, role=LegRole.CUSTOMER, alert=alert, longest_ring_s=RING_S, ring=self._ring, left=self._left
        )

    def begin(self) -> None:
        """Ring the first of them."""
        self._search.begin(self._target)

    def owns(self, leg: Leg) -> bool:
        return self._search.owns(leg)

    def ordered(self, members: Sequence[str]) -> None:
        self._search.ordered(members)

    def ringing(self, leg: Leg, status: int) -> None:
        """So does the caller hear."""
        caller = self._contact.conversation.talker
        if caller is not None and not caller.answered:
            caller.reply(183 if leg.early else 180)  # a 183 of ours has an SDP: without early media nobody would ring
            self._contact.conversation.rewire()

    def answered(self, leg: Leg) -> None:
        """They talk, when the caller's leg is up too."""
        contact = self._contact
        self._greet()
        self._search.over()
        contact.under_way.over(Calling)
        contact.emit(SystemConnected())
        self._tell_caller()

    def picked_up(self, leg: Leg) -> bool:
        contact, caller = self._contact, self._contact.conversation.talker
        if caller is None or caller.answered:
            return False
        contact.under_way.over(Calling)
        contact.conversation.customer = leg
        self._search.abandon(elsewhere=True)
        contact.emit(SystemConnected())
        caller.reply(200)
        return True

    def leg_ended(self, leg: Leg, status: int) -> None:
        """On to the next."""
        self._search.leg_ended(status)

    def abandon(self, *, customer_left: bool) -> None:
        self._search.abandon()

    def _ring(self, leg: Leg) -> None:
        self._contact.conversation.customer = leg

    def _left(self, step: Step) -> None:
        self._contact.under_way.over(Calling)
        if isinstance(step, GiveUp):
            _give_up(self._contact, step)
        else:
            _turn_around(self._contact, self._target, self._caller, step)

    def _greet(self) -> None:
        """The phone that answered by itself says so by a tone, before anybody is heard unawares."""
        if self._search.alert is Alert.INTERCOM:
            self._contact.conversation.announcer.play((Message(prompt=TONE),), _nothing, _unheard)

    def _tell_caller(self) -> None:
        """One who took the caller's place is up already."""
        caller = self._contact.conversation.talker
        if caller is None:
            self._contact.flow.begin()
        elif caller.answered:
            self._contact.talk(caller, None)
        else:
            caller.reply(200)


def _give_up(contact: Contact, step: GiveUp) -> None:
    _log.info("nobody is reached: %s", step.why, extra=fields(contact=contact.segment.contact))
    reason = causes.disconnect_reason(step.sip_status)
    contact.end(reason, status=causes.answer_for_caller(step.sip_status))


def _turn_around(contact: Contact, target: str, caller: Endpoint, step: Step) -> None:
    """Nobody will answer: the caller is the box's guest."""
    talk = contact.conversation
    leg, talk.talker, talk.customer = talk.talker, None, None
    if leg is None:
        contact.end(DisconnectReason.TELECOM_ORIGINATOR_CANCEL)
        return
    contact.outbound = talk.through = False
    talk.customer = leg
    leg.role, leg.agent = LegRole.CUSTOMER, None
    contact.customer_endpoint = caller

    def go_on() -> None:
        contact.hand_on(target, kind="forward", by=None)
        enter(contact, step)

    contact.answer_then(leg, go_on)


def _nothing() -> None:
    """A tone has no sequel."""


def _unheard(_why: str) -> None:
    """Without the tone they talk all the same."""
