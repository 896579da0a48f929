"""An extension calls: somebody inside or outside is reached, and is the contact's customer from then on.

Where the way ends at a queue, a flow or a mailbox, the caller becomes the customer of a contact that follows: the box
answers, and the record keeps the chain.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from appliance.contact.begin.search import Search
from appliance.contact.flows.onward import enter
from appliance.contact.sip import causes
from appliance.contact.sip.leg import Leg
from appliance.contact.sip.ringing import Alert
from appliance.dialplan.reaching import GiveUp, Step
from appliance.events import DisconnectReason, Endpoint, LegRole
from appliance.flow.commands import Message
from appliance.logs import fields

if TYPE_CHECKING:
    from appliance.contact.contact import Contact

RING_S = 60.0
TONE = "tone"
_log = logging.getLogger(__name__)


def call(contact: Contact, target: str, caller: Endpoint, alert: Alert = Alert.INTERNAL) -> None:
    """Reach `target` for the talker, whose address is `caller`."""

    def ring(leg: Leg) -> None:
        contact.conversation.customer = leg

    def left(step: Step) -> None:
        contact.search = None
        if isinstance(step, GiveUp):
            _give_up(contact, step)
        else:
            _turn_around(contact, target, caller, step)

    contact.search = Search(contact, role=LegRole.CUSTOMER, alert=alert, longest_ring_s=RING_S, ring=ring, left=left)
    contact.search.begin(target)


def greet(contact: Contact) -> None:
    """The phone that answered by itself says so by a tone, before anybody is heard unawares."""
    if contact.search is not None and contact.search.alert is Alert.INTERCOM:
        contact.conversation.announcer.play((Message(prompt=TONE),), _nothing, _unheard)


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
