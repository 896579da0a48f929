"""A blind transfer: the target rings, the customer hears ring-back, the transferring party waits aside.

Nothing is given up before the target has answered: if it doesn't, customer and agent are together again. A transfer
into a queue or a flow has nobody to wait for and is complete at once. The segment ends, the next one begins.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance.contact.causes import DECLINED
from appliance.contact.leg import Leg
from appliance.contact.targets import FlowTarget, QueueTarget, RingTarget, find_target
from appliance.errors import ContactError
from appliance.events import DisconnectReason, LegRole
from appliance.flow.model import Flow
from appliance.ids import AgentId
from appliance.logs import fields

if TYPE_CHECKING:
    from appliance.contact.contact import Contact

RING_S = 30.0
REFER_GRACE_S = 1.0
REFER_TAKEN = 399  # tells the edge that the REFER is taken, by us and not by pjsua2; the phone is answered 202
_REFER_TO = re.compile(r"<?sips?:([^@;?:<>\s]+)@[^?<>\s]+>?", re.IGNORECASE)
_log = logging.getLogger(__name__)
Report = Callable[[int], None]


class Transfer:
    """One target that rings. The contact asks `owns` for every leg; `report` hears how it goes, as a SIP status."""

    def __init__(
        self, contact: Contact, target: str, leg: Leg, by: AgentId | None, report: Report | None = None
    ) -> None:
        self.target = target
        self.leg = leg
        self.by = by
        self.report: Report = report or _to_nobody
        self._contact = contact
        self._timer = contact.services.timers.after(RING_S, leg.hang_up)
        contact.conversation.set_apart(True)

    def owns(self, leg: Leg) -> bool:
        return leg is self.leg

    def leg_rings(self, status: int) -> None:
        self.report(status)

    def answered(self) -> None:
        """The target takes the customer."""
        self._timer.cancel()
        contact = self._contact
        contact.transfer = None
        self.report(200)
        if contact.conversation.talking:
            hand_to(contact, self.leg, self.target, kind="blind", by=self.by)
        else:  # a flow asked, and nobody talked before: the contact is the same
            contact.conversation.talker = self.leg
            contact.conversation.set_apart(False)
            contact.talk(self.leg, None)

    def leg_ended(self, status: int) -> None:
        """Nobody took the customer: back to whom it talked with."""
        self._timer.cancel()
        contact = self._contact
        contact.transfer = None
        self.report(status)
        _log.warning("transfer failed; customer and agent are together again", extra=contact_fields(contact))
        contact.holding.apart_over()
        if contact.conversation.talker is None:
            contact.end(DisconnectReason.TELECOM_PROBLEM, detail=f"transfer to {self.target} failed")

    def abandon(self) -> None:
        """The customer is gone: stop ringing."""
        self._timer.cancel()
        self.leg.hang_up()


def transfer(contact: Contact, wanted: str, by: AgentId | None, report: Report | None = None) -> bool:
    """Blind transfer to `wanted` (see `targets`). False where that leads nowhere; then nothing has changed."""
    found = find_target(contact.published.plan, wanted, queue=contact.queue)
    if isinstance(found, RingTarget):
        return _ring(contact, wanted, found, by, report)
    leaver = contact.conversation.talker
    if isinstance(found, QueueTarget) and found.queue in contact.published.plan.queues:
        contact.hand_on(wanted, kind="queue", by=by)
        contact.enter_queue(found.queue)
    elif isinstance(found, FlowTarget) and (flow := contact.published.library.flow(found.flow)) is not None:
        _through_flow(contact, wanted, found, flow, by)
    else:
        return False
    _dismiss(contact, leaver, report)
    return True


def _ring(contact: Contact, wanted: str, found: RingTarget, by: AgentId | None, report: Report | None) -> bool:
    leg = dial_target(contact, found)
    if leg is None:
        return False
    contact.transfer = Transfer(contact, wanted, leg, by, report)
    return True


def _through_flow(contact: Contact, wanted: str, found: FlowTarget, flow: Flow, by: AgentId | None) -> None:
    """The customer goes through a flow as a contact of its own, which knows whom it is for."""
    contact.hand_on(wanted, kind="flow", by=by)
    contact.flow.aim(queue=found.queue, agent=found.agent)
    contact.conversation.rewire()
    contact.flow.run(flow)


def new_leg(contact: Contact, found: RingTarget) -> Leg:
    """A leg for `found` that has still to be dialled."""
    role = LegRole.THIRD_PARTY if found.outside else LegRole.AGENT
    return contact.legs.new(role, agent=found.agent, extension=found.extension)


def dial_target(contact: Contact, found: RingTarget) -> Leg | None:
    """A leg that rings; None where that can't even be tried."""
    leg = new_leg(contact, found)
    try:
        contact.dial(leg, found.number, outside=found.outside)
    except ContactError:
        return None
    return leg


def hand_to(contact: Contact, leg: Leg, target: str, *, kind: str, by: AgentId | None) -> None:
    """`leg`, which has answered, talks with the customer from now on, as the next contact; who talked so far leaves."""
    leaver = contact.conversation.talker
    contact.hand_on(target, kind=kind, by=by)
    contact.legs.move(leg, contact.segment)
    contact.conversation.talker = leg
    contact.conversation.set_apart(False)
    contact.talk(leg, None)
    if leaver is not None:
        contact.services.timers.after(REFER_GRACE_S, leaver.hang_up)


def _dismiss(contact: Contact, leaver: Leg | None, report: Report | None) -> None:
    """Who transferred has no more part in it. A phone that asked by REFER hangs up itself when it is told."""
    if report is not None:
        report(200)
    if leaver is not None:
        contact.services.timers.after(0.0 if report is None else REFER_GRACE_S, leaver.hang_up)


def refer_user(target: str) -> str:
    """Who is meant by the URI of a REFER; empty where it says more than that.

    A phone must not write headers that the edge believes, and Replaces (attended transfer) means no number.
    """
    found = _REFER_TO.fullmatch(target)
    return found[1] if found else ""


def take_refer(contact: Contact, leg: Leg, target: str) -> int:
    """REFER (RFC 3515): the status that answers it. Only who talks from inside may: an outside caller could dial at the
    branch's cost. The phone hears by NOTIFY how it went."""
    user = refer_user(target)
    talk = contact.conversation
    free = leg is talk.talker and talk.talking and not contact.busy_with_target and leg.role is LegRole.AGENT
    if not (user and free and transfer(contact, user, leg.agent, leg.notify_referred)):
        _log.warning("REFER refused: not now, or nothing to reach there", extra=contact_fields(contact))
        return DECLINED
    return REFER_TAKEN


def contact_fields(contact: Contact) -> dict[str, str]:
    """For the log."""
    return fields(contact=contact.segment.contact)


def _to_nobody(_status: int) -> None:
    """Nobody asked how it went."""
