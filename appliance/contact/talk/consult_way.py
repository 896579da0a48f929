"""The way to whom the talker consults: phones, one after the other, or a queue or flow in the talker's own name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

from appliance.contact.begin.search import Search, alert_of
from appliance.contact.contact import Contact
from appliance.contact.sip.leg import Leg
from appliance.contact.talk.targets import QUEUE_USER, AsideTarget, RingTarget
from appliance.contact.talk.transfer import RING_S
from appliance.contact.timers import Timer
from appliance.dialplan.reaching import GiveUp, GoToFlow, GoToQueue, Step
from appliance.errors import ContactError
from appliance.events import Endpoint, LegRole


class ConsultWay:
    """`ring` hears of each leg that is dialled, `failed` (a SIP status) that nobody is left."""

    def __init__(self, contact: Contact, *, ring: Callable[[Leg], None], failed: Callable[[int], None]) -> None:
        self._contact = contact
        self._ring = ring
        self._failed = failed
        self._search: Search | None = None
        self._timer: Timer | None = None

    @property
    def searches(self) -> bool:
        """Whether somebody else may ring when this one doesn't answer."""
        return self._search is not None

    def begin(self, found: RingTarget | AsideTarget) -> bool:
        """Ring the first. False where that can't even be tried."""
        contact = self._contact
        if isinstance(found, AsideTarget):
            return self._call_aside(found.dialled)
        self._search = Search(
            contact,
            role=LegRole.AGENT,
            alert=alert_of(contact),
            longest_ring_s=RING_S,
            ring=self._ring,
            left=self._left,
        )
        self._search.begin(found.number)
        return True

    def ordered(self, members: Sequence[str]) -> None:
        """Whose turn it is in the group that is consulted."""
        if self._search is not None:
            self._search.ordered(members)

    def leg_ended(self, status: int) -> None:
        """Who rang didn't answer: on to the next."""
        if self._search is not None:
            self._search.leg_ended(status)

    def give_up_search(self) -> Search | None:
        """The search, if there is one: it goes on for somebody else."""
        search, self._search = self._search, None
        return search

    def stop(self) -> None:
        """Somebody has answered, or nobody is wanted any more."""
        if self._timer is not None:
            self._timer.cancel()
        if (search := self.give_up_search()) is not None:
            search.over()

    def _left(self, step: Step) -> None:
        """No phone is left: a queue or a flow, where the way leads there."""
        self._search = None
        match step:
            case GoToQueue(queue=queue) if self._call_aside(QUEUE_USER + quote(str(queue), safe="")):
                return
            case GoToFlow(number=number) if self._call_aside(number):
                return
        self._failed(step.sip_status if isinstance(step, GiveUp) else 480)

    def _call_aside(self, dialled: str) -> bool:
        """Call a queue or a flow in the talker's name."""
        contact, talker = self._contact, self._contact.conversation.talker
        if talker is None or talker.extension is None:
            return False
        leg = contact.legs.new(LegRole.THIRD_PARTY)
        leg.headers = {"X-Linekeeper-As": str(talker.extension)}
        try:
            contact.dial(leg, dialled, caller=Endpoint(address=talker.extension, type="VOIP"))
        except ContactError:
            return False
        self._timer = contact.services.timers.after(RING_S, leg.hang_up)
        self._ring(leg)
        return True
