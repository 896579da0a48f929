"""A blind transfer: the target rings, the customer hears ring-back, the transferring party waits aside.

Nothing is given up before the target has answered: if it doesn't, customer and agent are together again. A transfer
into a queue has no target to wait for and is complete at once. The segment ends, the next one begins.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from appliance.contact.leg import Leg
from appliance.dialplan import ToExtension, ToOutside, route
from appliance.errors import ContactError
from appliance.events import LegRole
from appliance.ids import AgentId, QueueId

if TYPE_CHECKING:
    from appliance.contact.contact import Contact

RING_S = 30.0
QUEUE_PREFIX = "queue:"
_REFER_TO = re.compile(r"<?sips?:([^@;?:<>\s]+)@[^?<>\s]+>?", re.IGNORECASE)


class Transfer:
    """One target that rings. The contact asks `owns` for every leg."""

    def __init__(self, contact: Contact, target: str, leg: Leg) -> None:
        self.target = target
        self.leg = leg
        self._timer = contact.services.timers.after(RING_S, leg.hang_up)
        contact.conversation.set_apart(True)

    def owns(self, leg: Leg) -> bool:
        return leg is self.leg

    def over(self) -> None:
        """The target has answered or is gone."""
        self._timer.cancel()

    def abandon(self) -> None:
        """The customer is gone: stop ringing."""
        self._timer.cancel()
        self.leg.hang_up()


def refer_user(target: str) -> str:
    """Who is meant by the URI of a REFER; empty where pjsua2, which dials it as it is, would send more than that.

    Headers in the URI (RFC 3261 §19.1.1) would go into our INVITE: a phone must not write what the edge believes, and
    Replaces (attended transfer) would replace nothing here.
    """
    found = _REFER_TO.fullmatch(target)
    return found[1] if found else ""


def new_target(contact: Contact, dialled: str, *, inside_only: bool = False) -> tuple[Leg, str, bool] | None:
    """A leg for who is meant by `dialled`: (leg, number to dial, outside). None where nobody can be reached so.

    inside_only: a REFER's call is dialled by pjsua2 itself, without the header that asks the edge for a trunk.
    """
    destination = route(contact.published.plan, dialled, from_trunk=False)
    if isinstance(destination, ToExtension):
        leg = contact.legs.new(LegRole.AGENT, agent=destination.agent, extension=destination.extension)
        return leg, destination.extension, False
    if isinstance(destination, ToOutside) and not inside_only:
        return contact.legs.new(LegRole.THIRD_PARTY), destination.number, True
    return None


def transfer_by_command(contact: Contact, target: str, by: AgentId | None) -> Transfer | None:
    """Blind transfer to `target` ("101", "+82…", "queue:sales"). None where it is complete or impossible."""
    if target.startswith(QUEUE_PREFIX):
        contact.hand_on(target, kind="queue", by=by)
        contact.enter_queue(QueueId(target.removeprefix(QUEUE_PREFIX)))
        return None
    found = new_target(contact, target)
    if found is None:
        return None
    leg, number, outside = found
    try:
        contact.dial(leg, number, outside=outside)
    except ContactError:
        return None
    return Transfer(contact, target, leg)
