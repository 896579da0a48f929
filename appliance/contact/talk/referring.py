"""A phone transfers its call by itself: REFER (RFC 3515), with Replaces where it has called the target (RFC 5589).

The phone is told by NOTIFY how it went.
"""

from __future__ import annotations

import logging
import re

from appliance.contact.contact import Contact
from appliance.contact.sip.causes import DECLINED
from appliance.contact.sip.leg import Leg
from appliance.contact.talk.replacing import Replacing, attended_target
from appliance.contact.talk.transfer import transfer
from appliance.contact.talk.turning import may_turn_round, turn_round
from appliance.events import LegRole
from appliance.logs import fields

FAILURES = 300  # SIP statuses from here on
REFER_TAKEN = 399  # tells the edge that the REFER is taken, by us and not by pjsua2; the phone is answered 202
_REFER_TO = re.compile(r"<?sips?:([^@;?:<>\s]+)@[^?<>\s]+>?", re.IGNORECASE)
_log = logging.getLogger(__name__)


def refer_user(target: str) -> str:
    """Who is meant by the URI of a REFER; empty where it says more than that.

    A phone must not write headers that the edge believes; Replaces (attended transfer) is `replacing`'s business.
    """
    found = _REFER_TO.fullmatch(target)
    return found[1] if found else ""


def take_refer(contact: Contact, leg: Leg, target: str) -> int:
    """REFER (RFC 3515): the status that answers it. Only who talks from inside may: an outside caller could dial at the
    branch's cost. The phone hears by NOTIFY how it went."""
    if (attended := attended_target(target)) is not None:
        return REFER_TAKEN if contact.under_way[Replacing].ask(leg, *attended) else DECLINED
    user = refer_user(target)
    turned = may_turn_round(contact, leg)
    if turned:
        turn_round(contact)

    def report(status: int) -> None:
        leg.notify_referred(status)
        if status >= FAILURES and turned:
            turn_round(contact)

    talk = contact.conversation
    free = leg is talk.talker and talk.talking and not contact.busy_with_target and leg.role is LegRole.AGENT
    if user and free and transfer(contact, user, leg.agent, report):
        return REFER_TAKEN
    if turned:
        turn_round(contact)
    _log.warning("REFER refused: not now, or nothing to reach there", extra=fields(contact=contact.segment.contact))
    return DECLINED
