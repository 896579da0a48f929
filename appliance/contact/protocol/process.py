"""What the switchboard says to a process, whatever contact it has."""

from __future__ import annotations

from appliance.contact.protocol.base import Message
from appliance.ids import ContactId


class Acknowledge(Message, frozen=True, kw_only=True):
    """Events of `contact` up to and including `seq` are in the store."""

    contact: ContactId
    seq: int


class DialPlanChanged(Message, frozen=True, kw_only=True):
    """The published dial plan or flows are new; read them at the next contact."""


class Retire(Message, frozen=True, kw_only=True):
    """Leave when the contact under way is over; the zygote puts a fresh process in the slot."""
