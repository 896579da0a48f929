"""A contact with all that is always part of it. Nobody else makes one."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contact.contact import Contact
from appliance.contact.flows.flow_stage import FlowStage
from appliance.contact.services import Services
from appliance.contact.sip.leg_events import LegEvents
from appliance.contact.talk.joining import Joining
from appliance.contact.talk.replacing import Replacing
from appliance.contact.talk.talk_keys import TalkKeys
from appliance.ids import ContactId


def make_contact(
    services: Services,
    on_over: Callable[[], None],
    *,
    contact: ContactId | None = None,
    initial: ContactId | None = None,
    seq: int = 0,
) -> Contact:
    """Nothing is written down yet. Arguments as `Contact`."""
    made = Contact(services, on_over, owner=LegEvents, host=FlowStage, contact=contact, initial=initial, seq=seq)
    made.under_way.begin(Joining(made))
    made.under_way.begin(Replacing(made))
    made.under_way.begin(TalkKeys(made))
    return made
