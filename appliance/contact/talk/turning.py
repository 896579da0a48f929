"""Two extensions talk, and the one that was called acts as a talker does: the two change places.

Who called is the talker, who was called the customer, as far as records are concerned; but both are inside, and both
may transfer the other. Must not be done for anybody outside.
"""

from __future__ import annotations

from appliance.contact.contact import Contact
from appliance.contact.sip.leg import Leg


def may_turn_round(contact: Contact, leg: Leg) -> bool:
    """Whether `leg` is the called extension's of a call inside, and nothing else is under way."""
    talk = contact.conversation
    inside = contact.outbound and talk.talking and leg is talk.customer and leg.extension is not None
    return inside and talk.talker is not None and not contact.busy_with_target


def turn_round(contact: Contact) -> None:
    """Talker and customer change places; done twice, nothing has changed."""
    talk = contact.conversation
    caller, called = talk.talker, talk.customer
    if caller is None or called is None:
        return
    if called.agent is None and called.extension is not None:
        called.agent = contact.published.plan.extensions.get(called.extension)
    caller.role, called.role = called.role, caller.role
    talk.talker, talk.customer = called, caller
    contact.customer_endpoint, contact.caller = contact.caller, contact.customer_endpoint
    talk.rewire()
