"""A page: who dialled is heard by many phones and hears none of them.

Phones answer by themselves and only listen. A process has legs for three of them; more hang on further processes, which
join this one as it joins its phones, so that a page is a tree (`appliance.switchboard.joints.paging`).
"""

from __future__ import annotations

from collections.abc import Sequence

from appliance.contact import protocol as p
from appliance.contact.begin.search import leg_for
from appliance.contact.contact import Contact
from appliance.contact.sip.leg import Leg
from appliance.contact.sip.ringing import Alert
from appliance.contact.undertaking import Undertaking
from appliance.dialplan.reaching import RingPhones
from appliance.errors import ContactError
from appliance.events import DisconnectReason, LegRole
from appliance.flow.commands import Message
from appliance.ids import Extension, LegId

TONE = "tone"
ANSWER_S = 10.0  # a phone that has not answered by itself by then won't
ASK_S = 5.0
LABEL = "Page"
PAGE = "feature:page"  # service of a contact that is no customer's


class Paging(Undertaking):
    """The part of one contact in a page: with the pager's own leg, or (None) joined with one that has it."""

    def __init__(self, contact: Contact, pager: Leg | None = None, group: str = "") -> None:
        self._contact = contact
        self._pager = pager
        self._group = group
        self._asked = contact.services.timers.after(ASK_S, self._nobody) if pager is not None else None
        self._phones: dict[LegId, Leg] = {}

    def owns(self, leg: Leg) -> bool:
        return leg is self._pager or leg.leg in self._phones

    def ringing(self, leg: Leg, status: int) -> None:
        """A phone that rings does not answer by itself: it is given up in time."""

    def answered(self, leg: Leg) -> None:
        contact = self._contact
        if leg is not self._pager:
            contact.conversation.supervise(leg, p.MonitorMode.LISTEN)
            return
        contact.conversation.talker_announcer.play((Message(prompt=TONE),), _nothing, _unheard)
        wish = p.WishPage(contact=contact.segment.contact, group=self._group, extension=leg.extension)
        if not contact.services.link.ask(wish):
            self._nobody()

    def leg_ended(self, leg: Leg, status: int) -> None:
        if leg is self._pager:
            self._contact.end(DisconnectReason.AGENT_DISCONNECT)
            return
        del self._phones[leg.leg]
        self._contact.conversation.unsupervise(leg)

    def abandon(self, *, customer_left: bool) -> None:
        """The page is over; all legs are hung up by who ends it."""

    def page(self, extensions: Sequence[Extension], *, others: bool) -> None:
        """Let these phones listen. `others`: further ones will join."""
        if self._asked is not None:
            self._asked.cancel()
        for extension in extensions:
            self._dial(extension)
        if not self._phones and not others:
            self._nobody()

    def _dial(self, extension: Extension) -> None:
        contact = self._contact
        step = RingPhones(extensions=(extension,), agent=contact.published.plan.extensions.get(extension))
        leg = leg_for(contact, step, role=LegRole.AGENT, alert=Alert.INTERCOM)
        leg.label = LABEL
        try:
            contact.dial(leg, extension)
        except ContactError:
            return
        self._phones[leg.leg] = leg
        contact.services.timers.after(ANSWER_S, lambda: None if leg.answered else leg.hang_up())

    def _nobody(self) -> None:
        if self._pager is not None:
            self._contact.end(DisconnectReason.TELECOM_UNANSWERED, detail="nobody can be paged now")


def _nothing() -> None:
    """A tone has no sequel."""


def _unheard(_why: str) -> None:
    """Without the tone the page works all the same."""
