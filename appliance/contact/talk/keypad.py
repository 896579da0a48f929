"""Keys pressed towards whom the talker talks with (RFC 4733). Which keys is never logged or stored."""

from __future__ import annotations

import re

from appliance.contact.contact import Contact
from appliance.contact.media.hearing import TALKER
from appliance.events import DigitsSent

_KEYS = re.compile(r"[0-9*#]{1,64}")


def press(contact: Contact, digits: str) -> bool:
    """The talker presses `digits`: to the customer, in a consult to the consulted, in a conference to both. False where
    nobody is there to get them."""
    if not _KEYS.fullmatch(digits):
        return False
    legs = contact.conversation.with_(TALKER)
    for leg in legs:
        leg.send_digits(digits)
        contact.emit(DigitsSent(leg=leg.leg, count=len(digits)))
    return bool(legs)
