"""Legs between this contact process and others of the box: supervisors, pick-up, un-park.

One process expects the other's INVITE, the other dials it, directly on loopback. A contact in which a supervisor
listens can be joined by further ones itself: so a tree of processes carries any number of listeners, and a process in
its middle stays as a bridge until the last of them has left. Who may join what is the switchboard's business.
"""

from __future__ import annotations

import logging

import pjsua2 as pj

from appliance.contact import protocol as p
from appliance.contact.begin.origination import Origination
from appliance.contact.contact import Contact
from appliance.contact.flows.queue_stay import QueueStay
from appliance.contact.sip.invite import JOIN_USER
from appliance.contact.sip.leg import Leg
from appliance.contact.talk.consult import Consult
from appliance.contact.talk.expected import Expected
from appliance.contact.talk.paging import Paging
from appliance.contact.talk.transfer import Transfer
from appliance.contact.timers import Timer
from appliance.contact.undertaking import Undertaking
from appliance.errors import ContactError
from appliance.events import ContactJoined, DisconnectReason, LegRole, MonitorModeSet
from appliance.ids import ContactId, LegId
from appliance.logs import fields

DIAL_S = 5.0
KEYS = {
    "1": p.MonitorMode.LISTEN,
    "2": p.MonitorMode.WHISPER,
    "3": p.MonitorMode.BARGE,
    "4": p.MonitorMode.TAKE_OVER,
}
_ROLES = {p.JoinRole.SUPERVISOR: LegRole.SUPERVISOR, p.JoinRole.AGENT: LegRole.AGENT}
_log = logging.getLogger(__name__)


class Joining(Undertaking):
    """The joints of one contact. The contact asks `owns` for every leg."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self.expected = Expected()
        self._coming: dict[LegId, p.ExpectJoin] = {}  # accepted, their talk has not begun
        self._supervising: dict[LegId, ContactId] = {}  # from which contact
        self._order: p.JoinContact | None = None
        self._way: Leg | None = None  # the leg that we have dialled
        self._timer: Timer | None = None
        self._own: Leg | None = None  # the supervisor's phone, in a contact that monitors
        self._took_over = False

    def owns(self, leg: Leg) -> bool:
        return leg in (self._way, self._own) or leg.leg in self._coming or leg.leg in self._supervising

    # ── expected by command ──────────────────────────────────────────────────────────────────────────────────────

    def accept(self, account: pj.Account, call_id: int, expected: p.ExpectJoin) -> None:
        """The INVITE has come: answer it."""
        contact = self._contact
        leg = contact.legs.take(account, call_id, _ROLES[expected.role])
        if expected.role is p.JoinRole.AGENT:
            leg.agent, leg.extension = expected.agent, expected.extension
        self._coming[leg.leg] = expected
        contact.legs.note(leg, f"sip:{JOIN_USER}@127.0.0.1", contact.segment)
        leg.reply(200)

    # ── dialled by command ───────────────────────────────────────────────────────────────────────────────────────

    def join(self, command: p.JoinContact) -> None:
        """Dial the other process."""
        contact = self._contact
        if self._way is not None:
            return
        leg = contact.legs.new(LegRole.JOINT, direct=True)
        self._order, self._way = command, leg
        self._timer = contact.services.timers.after(DIAL_S, leg.hang_up)
        try:
            contact.legs.dial_process(leg, JOIN_USER + command.join, command.port, contact.segment.contact)
        except ContactError:
            self._failed(500)

    def _failed(self, status: int) -> None:
        """The other process would not have us; what went on here goes on."""
        order, self._order, self._way = self._order, None, None
        if order is not None:
            failure = p.JoinFailed(contact=self._contact.segment.contact, other=order.other, sip_status=status)
            self._contact.services.link.ask(failure)

    def _through(self, order: p.JoinContact, way: Leg) -> None:
        """The party here is with the other contact from now on."""
        contact, talk = self._contact, self._contact.conversation
        if Paging in contact.under_way:
            talk.talker = way
            talk.rewire()
            self._note(way, order.other)
            return
        party = talk.customer
        if party is None or not party.answered:
            way.hang_up()
            return
        contact.flow.stop()
        contact.side_flows.stop()
        talk.talker, talk.talking = way, True
        if order.mode is not None:
            talk.customer, self._own = None, party
            talk.supervise(party, order.mode)
            contact.agent_connected(party, None)
            contact.emit(MonitorModeSet(mode=order.mode))
        talk.rewire()
        self._note(way, order.other)

    # ── what legs tell ───────────────────────────────────────────────────────────────────────────────────────────

    def ringing(self, leg: Leg, status: int) -> None:
        """Processes answer at once."""

    def abandon(self, *, customer_left: bool) -> None:
        """Every leg is hung up with the contact."""

    def answered(self, leg: Leg) -> None:
        if leg is self._way and self._order is not None:
            if self._timer is not None:
                self._timer.cancel()
            self._through(self._order, leg)
            return
        expected = self._coming.pop(leg.leg, None)
        if expected is None:
            return
        if expected.role is p.JoinRole.SUPERVISOR and expected.other is not None:
            self._supervising[leg.leg] = expected.other
            self._contact.conversation.supervise(leg, expected.mode)
        elif not self._take_customer(leg):
            leg.hang_up()
            return
        self._note(leg, expected.other)

    def _note(self, leg: Leg, other: ContactId | None) -> None:
        if other is not None:
            self._contact.emit(ContactJoined(other=other, leg=leg.leg))
            _log.info("joined with contact %s", other, extra=fields(contact=self._contact.segment.contact))

    def _take_customer(self, leg: Leg) -> bool:
        """`leg` takes whoever waits here. False where there is nobody to take."""
        contact, talk = self._contact, self._contact.conversation
        if any(one.picked_up(leg) for one in contact.under_way):
            return True
        talks = talk.talking and talk.talker is not None
        if talks or contact.outbound or talk.customer is None or Origination in contact.under_way:
            return False
        stay = contact.under_way.get(QueueStay)
        contact.under_way.over(QueueStay)
        contact.flow.stop()
        contact.side_flows.stop()
        talk.talker = leg
        talk.set_apart(False)
        contact.talk(leg, None)
        if stay is not None:
            stay.taken()
        return True

    def leg_ended(self, leg: Leg, status: int) -> None:
        contact = self._contact
        self._coming.pop(leg.leg, None)
        if leg is self._way and not leg.answered:
            self._failed(status)
        elif leg is self._way:
            contact.end(DisconnectReason.OTHER, detail="the other contact is over")
        elif leg is self._own:
            self._own = None
            contact.conversation.unsupervise(leg)
            self._end_without_ears(DisconnectReason.AGENT_DISCONNECT)
        elif self._supervising.pop(leg.leg, None) is not None:
            contact.conversation.unsupervise(leg)
            self._end_without_ears(DisconnectReason.OTHER)

    def _end_without_ears(self, reason: DisconnectReason) -> None:
        """A contact that monitors is over when nobody listens any more: neither here nor in those that joined it."""
        monitors = self._order is not None and self._order.mode is not None
        if monitors and self._own is None and (self._took_over or not self._supervising):
            self._contact.end(reason)

    # ── supervision ──────────────────────────────────────────────────────────────────────────────────────────────

    def set_mode(self, command: p.SetMonitorMode) -> None:
        """Another mode for the supervisor here, or for those behind the contact `other`."""
        talk = self._contact.conversation
        if command.other == self._contact.segment.contact:
            self._set_own(command.mode)
            return
        behind = (self._leg(name) for name, other in self._supervising.items() if other == command.other)
        leg = next((found for found in behind if found is not None), None)
        if leg is None:
            return
        if command.mode is p.MonitorMode.TAKE_OVER and self._order is None:
            self._take_over(leg, command)
        else:
            talk.supervise(leg, command.mode)

    def _set_own(self, mode: p.MonitorMode) -> None:
        own, talk = self._own, self._contact.conversation
        if own is None or self._took_over:
            return
        self._contact.emit(MonitorModeSet(mode=mode))
        if mode is p.MonitorMode.TAKE_OVER:
            self._took_over = True
            talk.unsupervise(own)
            talk.customer = own
            talk.rewire()
        else:
            talk.supervise(own, mode)

    def _take_over(self, leg: Leg, command: p.SetMonitorMode) -> None:
        """The supervisor talks with the customer, as the next contact; the agent leaves."""
        contact, talk = self._contact, self._contact.conversation
        leaver = talk.talker
        if not talk.talking or leaver is None or Transfer in contact.under_way:
            return
        if (consult := contact.under_way.get(Consult)) is not None:
            consult.drop(command.agent)
        del self._supervising[leg.leg]
        talk.unsupervise(leg)
        leg.role, leg.agent, leg.extension = LegRole.AGENT, command.agent, command.extension
        contact.hand_on(str(command.extension), kind="take_over", by=command.agent, reason=DisconnectReason.BARGED)
        contact.legs.move(leg, contact.segment)
        talk.talker = leg
        contact.talk(leg, None)
        leaver.hang_up()

    def moved(self) -> None:
        """The contact goes on in its next segment, and those who supervise it with it."""
        for name in self._supervising:
            if (leg := self._leg(name)) is not None:
                self._contact.legs.move(leg, self._contact.segment)

    def _leg(self, name: LegId) -> Leg | None:
        return self._contact.legs.get(name)

    # ── what goes through to the other contact ───────────────────────────────────────────────────────────────────

    def pass_hold(self, leg: Leg) -> bool:
        """The party's phone holds or resumes: the other contact must know, its customer waits. False: not joined."""
        if self._through_party(leg) and self._way is not None:
            self._way.hold(held=leg.held)
            return True
        return False

    def pass_digit(self, leg: Leg, digit: str) -> bool:
        """A key of the party: it means something in the other contact, or, to who monitors, another mode."""
        if leg is self._own and not self._took_over:
            if (mode := KEYS.get(digit)) is not None:
                wish = p.WishMonitorMode(contact=self._contact.segment.contact, mode=mode)
                self._contact.services.link.ask(wish)
            return True
        if self._through_party(leg) and self._way is not None:
            self._way.send_digits(digit)
            return True
        return False

    def _through_party(self, leg: Leg) -> bool:
        joined = self._way is not None and self._way.answered and not self._way.ended
        return joined and leg is self._contact.conversation.customer
