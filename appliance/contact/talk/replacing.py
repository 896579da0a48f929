"""One leg takes the place of another (RFC 3891): a phone completes an attended transfer, or takes a call over.

The phone has two dialogs with two contact processes. By REFER with Replaces (RFC 3515, RFC 5589 §7.3) it asks the one
to call the other; the edge brings that INVITE to the process whose dialog it names, and there the new leg stands where
the phone's stood. Each contact then has its own party and a leg to the other contact.
"""

from __future__ import annotations

import logging
import re
from urllib.parse import unquote

from appliance.contact.contact import Contact
from appliance.contact.sip.invite import read_invite, related_contact
from appliance.contact.sip.leg import Leg
from appliance.contact.talk.targets import RingTarget, find_target
from appliance.contact.talk.turning import may_turn_round, turn_round
from appliance.contact.timers import Timer
from appliance.contact.undertaking import Undertaking
from appliance.errors import ContactError
from appliance.events import AgentLeft, ContactJoined, DisconnectReason, LegRole
from appliance.ids import AgentId, ContactId, Extension, LegId
from appliance.logs import fields

DIAL_S = 8.0
GRACE_S = 1.0  # for the phone to hang up itself when it is told
_REFER_TO = re.compile(
    r"<?sips?:([\w+.*#-]+)@[^?<>\s]+\?(?:Require=replaces&)?Replaces=([^&<>\s]+)(?:&Require=replaces)?>?",
    re.IGNORECASE | re.ASCII,
)
_REPLACES = re.compile(r"[\w.!%*+`'~()<>:\\\"/\[\]?{}@-]{1,255}(?:;[\w-]+(?:=[\w.!%*+`'~-]{1,128})?){2,3}", re.ASCII)
_log = logging.getLogger(__name__)


def attended_target(refer_to: str) -> tuple[str, str] | None:
    """User and Replaces of a Refer-To that asks for an attended transfer; None where it says anything else.

    A phone must not write any other header into an INVITE that the edge believes.
    """
    found = _REFER_TO.fullmatch(refer_to)
    replaces = unquote(found[2]) if found else ""
    return (found[1], replaces) if found and _REPLACES.fullmatch(replaces) else None


class Replacing(Undertaking):
    """The replacements of one contact. The contact asks `owns` for every leg."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._coming: dict[LegId, ContactId | None] = {}  # new legs here, and whose they are
        self._way: Leg | None = None  # the leg by which we ask another process
        self._asker: Leg | None = None
        self._target = ""
        self._turned = False  # the asker was the called one of a call inside
        self._timer: Timer | None = None

    @property
    def has_target(self) -> bool:
        """Whether a phone waits for its transfer."""
        return self._way is not None

    def owns(self, leg: Leg) -> bool:
        return leg is self._way or leg.leg in self._coming

    # ── the phone's contact that stays with the customer ─────────────────────────────────────────────────────────

    def ask(self, asker: Leg, user: str, replaces: str) -> bool:
        """`asker` wants to be replaced by the other party of the dialog that `replaces` names. False: not now."""
        contact = self._contact
        turned = may_turn_round(contact, asker)
        if not (turned or self._may(asker)):
            return False
        if turned:
            turn_round(contact)
        found = find_target(contact.published.plan, user)
        inside = found if isinstance(found, RingTarget) and not found.outside else None
        leg = contact.legs.new(
            LegRole.THIRD_PARTY if inside is None else asker.role,
            agent=inside.agent if inside is not None else None,
            extension=inside.extension if inside is not None else None,
        )
        leg.headers = {"Replaces": replaces}
        self._way, self._asker, self._target, self._turned = leg, asker, user, turned
        self._timer = contact.services.timers.after(DIAL_S, leg.hang_up)
        try:
            contact.dial(leg, user)
        except ContactError:
            self._take_back()
            return False
        return True

    def _may(self, asker: Leg) -> bool:
        """A phone inside that talks here; in the customer's place it is one that has joined another contact."""
        talk = self._contact.conversation
        inside = asker.role is LegRole.AGENT or asker.extension is not None
        return inside and talk.talking and asker in (talk.talker, talk.customer) and not self._contact.busy_with_target

    def _answered_for(self, asker: Leg, way: Leg) -> None:
        """The other process has put us in the phone's place."""
        contact, talk = self._contact, self._contact.conversation
        target = self._target
        self._forget()
        asker.notify_referred(200)
        if asker is talk.talker:
            contact.hand_on(target, kind="attended", by=asker.agent)
            contact.legs.move(way, contact.segment)
            talk.talker = way
            contact.talk(way, None)
        else:
            talk.replace(asker, way)
            contact.holding.follow(None)
        contact.services.timers.after(GRACE_S, asker.hang_up)

    def _take_back(self) -> None:
        """Everybody where they were."""
        self._forget()
        if self._turned:
            turn_round(self._contact)

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._way = self._asker = self._timer = None

    # ── the contact whose leg is replaced ────────────────────────────────────────────────────────────────────────

    def take(self, old: Leg, call_id: int, message: str) -> Leg:
        """An INVITE has come that replaces `old`; the SIP stack answers it and hangs the old one up."""
        contact, talk = self._contact, self._contact.conversation
        invite = read_invite(message)
        new = contact.legs.take(contact.services.account, call_id, old.role)
        if invite.extension is not None:
            new.extension = Extension(invite.extension)
            new.agent = contact.published.plan.extensions.get(new.extension)
        if old is talk.talker and talk.talking:
            self._agent_goes(old, new.agent, invite.extension or "")
        talk.replace(old, new)
        if talk.talker is None and old.role is LegRole.AGENT:
            talk.talker = new
        for one in contact.under_way:
            one.replaced(old, new)
        self._coming[new.leg] = related_contact(message)
        contact.legs.note(new, f"sip:{invite.caller}", contact.segment)
        _log.info("a leg is replaced", extra=fields(contact=contact.segment.contact, leg=old.leg))
        return new

    def _agent_goes(self, old: Leg, follower: AgentId | None, extension: str) -> None:
        contact = self._contact
        if follower is not None:
            contact.hand_on(extension, kind="attended", by=old.agent)
        elif contact.segment.agent is not None:
            contact.emit(AgentLeft(agent=contact.segment.agent))
            contact.segment.agent = None

    def _arrived(self, new: Leg, other: ContactId | None) -> None:
        contact, talk = self._contact, self._contact.conversation
        if other is not None:
            contact.emit(ContactJoined(other=other, leg=new.leg))
        if new is talk.talker and not talk.talking:
            contact.talk(new, None)
        contact.holding.follow(None)

    # ── what legs tell ───────────────────────────────────────────────────────────────────────────────────────────

    def ringing(self, leg: Leg, status: int) -> None:
        """Processes answer at once."""

    def abandon(self, *, customer_left: bool) -> None:
        """Implements `Undertaking`."""
        self._forget()

    def answered(self, leg: Leg) -> None:
        if leg is self._way and self._asker is not None:
            self._answered_for(self._asker, leg)
        elif leg.leg in self._coming:
            self._arrived(leg, self._coming.pop(leg.leg))

    def leg_ended(self, leg: Leg, status: int) -> None:
        """Nothing came of it: the phone is told, and keeps both calls."""
        if leg is self._way:
            asker = self._asker
            self._take_back()
            if asker is not None:
                asker.notify_referred(status)
        else:
            del self._coming[leg.leg]
            self._contact.end(DisconnectReason.OTHER, detail="the call that took a leg's place broke off")
