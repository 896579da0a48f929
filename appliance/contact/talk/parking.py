"""A customer on an orbit: hears music until a phone takes the contact back, or time is up.

Parking ends the parker's contact and begins the next one, which waits without an agent. Who takes it back joins from
another process (`joining`). When time is up the parker's phone rings, then the fallback; then the wait begins anew.
Which orbit is free is the switchboard's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from appliance.contact import protocol as p
from appliance.contact.begin.origination import Origination
from appliance.contact.begin.search import Search, alert_of
from appliance.contact.contact import Contact
from appliance.contact.flows.onward import enter
from appliance.contact.media.conversation import MUSIC
from appliance.contact.sip.leg import Leg
from appliance.contact.timers import Timer
from appliance.contact.undertaking import Undertaking
from appliance.dialplan.reaching import GiveUp, Step
from appliance.events import ContactParked, ContactUnparked, LegRole, UnparkedOutcome
from appliance.flow.commands import BUILTIN_PROMPT, Message
from appliance.ids import Extension

RING_S = 20.0


class Parking(Undertaking):
    """One customer on one orbit. The contact asks `owns` for every leg."""

    def __init__(self, contact: Contact, command: p.ParkContact, parker: Leg) -> None:
        self._contact = contact
        self._command = command
        self._parker: Leg | None = parker
        self._extension = parker.extension
        self._search: Search | None = None
        self._fallen_back = False
        self._timer: Timer | None = None

    def begin(self) -> None:
        """The customer hears music, the parker where."""
        contact, command, talk = self._contact, self._command, self._contact.conversation
        contact.side_flows.stop()
        contact.hand_on(f"park:{command.orbit}", kind="park", by=command.by)
        contact.outbound = False
        contact.under_way.over(Origination)
        contact.emit(ContactParked(orbit=command.orbit, extension=self._extension, by=command.by))
        talk.consulted = self._parker
        talk.announcer.loop(MUSIC)
        said = Message(
            prompt=f"{BUILTIN_PROMPT}parked?orbit={' '.join(command.orbit)}",
            language=contact.services.settings.language,
        )
        talk.consulted_announcer.play((said,), on_end=self._told, on_failure=lambda _: self._told())
        talk.rewire()
        self._wait()

    def owns(self, leg: Leg) -> bool:
        return leg is self._parker or (self._search is not None and self._search.owns(leg))

    def ordered(self, members: Sequence[str]) -> None:
        """Whose turn it is in the group that is the fallback."""
        if self._search is not None:
            self._search.ordered(members)

    def ringing(self, leg: Leg, status: int) -> None:
        """The customer goes on hearing music."""

    def answered(self, leg: Leg) -> None:
        """Time was up, and somebody answers."""
        outcome = UnparkedOutcome.FORWARDED if self._fallen_back else UnparkedOutcome.RETURNED
        if self._search is not None:
            self._search.over()
            self._search = None
        self._contact.conversation.talker = leg
        self.over(outcome, leg.extension)
        self._contact.talk(leg, None)

    def leg_ended(self, leg: Leg, status: int) -> None:
        if leg is self._parker:
            self._dismiss()
        elif self._search is not None:
            self._search.leg_ended(status)

    def abandon(self, *, customer_left: bool) -> None:
        """The contact is over."""
        self.over(UnparkedOutcome.CUSTOMER_LEFT if customer_left else UnparkedOutcome.CONTACT_ENDED)

    def talk_begins(self, extension: Extension | None) -> None:
        """A phone has taken the contact back."""
        self.over(UnparkedOutcome.RETRIEVED, extension)

    def over(self, outcome: UnparkedOutcome, extension: Extension | None = None) -> None:
        """The customer waits no longer."""
        contact = self._contact
        contact.under_way.over(Parking)
        if self._timer is not None:
            self._timer.cancel()
        if self._search is not None:
            self._search.abandon(elsewhere=outcome is UnparkedOutcome.RETRIEVED)
        contact.conversation.announcer.stop()
        self._dismiss()
        contact.emit(ContactUnparked(orbit=self._command.orbit, outcome=outcome, extension=extension))

    def _told(self) -> None:
        if self._parker is not None:
            self._parker.hang_up()

    def _dismiss(self) -> None:
        """The parker has no place here any more."""
        talk, parker = self._contact.conversation, self._parker
        self._parker = None
        if parker is None:
            return
        talk.consulted_announcer.stop()
        talk.consulted = None
        talk.holders.discard(parker.leg)
        parker.hang_up()
        talk.rewire()

    # ── when time is up ──────────────────────────────────────────────────────────────────────────────────────────

    def _wait(self) -> None:
        self._timer = self._contact.services.timers.after(self._command.time_s, self._time_is_up)

    def _time_is_up(self) -> None:
        self._fallen_back = False
        if self._extension is None:
            self._fall_back()
        else:
            self._ring(str(self._extension))

    def _ring(self, target: str) -> None:
        contact = self._contact
        self._search = Search(
            contact,
            role=LegRole.AGENT,
            alert=alert_of(contact),
            longest_ring_s=RING_S,
            ring=lambda _leg: None,
            left=self._left,
        )
        self._search.begin(target)

    def _left(self, step: Step) -> None:
        self._search = None
        if not isinstance(step, GiveUp):
            self.over(UnparkedOutcome.FORWARDED)
            enter(self._contact, step)
        elif self._fallen_back:
            self._wait()
        else:
            self._fall_back()

    def _fall_back(self) -> None:
        self._fallen_back = True
        if self._command.fallback:
            self._ring(self._command.fallback)
        else:
            self._wait()


def park(contact: Contact, command: p.ParkContact) -> str:
    """The switchboard has an orbit for the customer. Why it is not wanted, "" where it is."""
    talk = contact.conversation
    parker = talk.talker
    ready = talk.talking and parker is not None and talk.customer is not None and not contact.busy_with_target
    if ready and parker is not None and Parking not in contact.under_way:
        contact.under_way.begin(Parking(contact, command, parker)).begin()
        return ""
    contact.services.link.ask(p.ParkRefused(contact=contact.segment.contact, orbit=command.orbit))
    if Parking in contact.under_way:
        return "the customer is parked already"
    if contact.busy_with_target:
        return "a transfer or consult is under way; 'complete' or 'drop' it first"
    return "nobody talks with the customer now; wait until an agent has answered"


def ask_for_orbit(contact: Contact, orbit: str = "") -> bool:
    """The talker wants to park the customer, on `orbit` or any. False where that can't be."""
    talk = contact.conversation
    if not talk.talking or talk.talker is None or contact.busy_with_target or not contact.published.plan.orbits:
        return False
    wish = p.WishPark(
        contact=contact.segment.contact, orbit=orbit, by=talk.talker.agent, extension=talk.talker.extension
    )
    return contact.services.link.ask(wish)
