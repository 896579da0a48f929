"""Takes the calls that come in to a process: a contact begins, a leg joins the one under way, or a call waits or is
refused.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from appliance.contact.begin import arrival
from appliance.contact.contact import Contact
from appliance.contact.services import Services
from appliance.contact.sip.invite import join_secret, read_invite
from appliance.contact.sip.leg import Leg
from appliance.contact.sip.stand_ins import StandIn, Waiting
from appliance.contact.talk.joining import Joining
from appliance.dialplan import Unroutable
from appliance.events import DisconnectReason, LegRole
from appliance.ids import LegId

BUSY = {"X-Linekeeper-Slot": "busy"}  # tells the edge to try the next process
_log = logging.getLogger(__name__)


class House(Protocol):
    """Where contacts live, one at a time: the process. `retiring`: no other comes; `finished`: kept for a while."""

    contact: Contact | None
    retiring: bool
    finished: list[object]

    def contact_over(self) -> None: ...


class Reception:
    """Keeps what is refused or waits until it is gone."""

    def __init__(self, services: Services, house: House, read_link: Callable[[], None]) -> None:
        """`read_link`: do what the switchboard has said and nobody has read yet."""
        self._services = services
        self._house = house
        self._read_link = read_link
        self._refusals: list[StandIn] = []
        self._waiting: Waiting | None = None

    @property
    def waits(self) -> bool:
        """Whether a call waits for the process to be free."""
        return self._waiting is not None

    @property
    def busy(self) -> bool:
        """Whether there is a call that is no contact's."""
        return bool(self._refusals) or self.waits

    def take(self, call_id: int, message: str, source: str) -> None:
        """An INVITE of `source` (host:port): of the edge, or of another process that joins the contact under way."""
        contact = self._house.contact
        if self._is_process(source):
            self._join(call_id, message)
        elif contact is not None and contact.winding_up and not self.waits and not self._house.retiring:
            self._waiting = Waiting(self._services.account, call_id, message, self._gave_up)
        elif contact is not None or self._house.retiring:
            self._refuse(call_id, 503, BUSY)
        else:
            self._take_on(call_id, message)

    def take_waiting(self) -> None:
        """The process is free: the call that waited for it begins."""
        waiting = self._waiting
        if waiting is None:
            return

        def take(contact: Contact, leg: LegId, role: LegRole) -> Leg:
            self._waiting = None
            self._house.finished.append(waiting)
            waiting.leg.owner, waiting.leg.leg, waiting.leg.role = contact.legs.owner, leg, role
            return waiting.leg

        self._begin(waiting.message, take, lambda status: waiting.leg.refuse(status, {}))

    def fault(self, call_id: int) -> None:
        """A call came in and something of ours broke: end what there is of it, and leave to a fresh process."""
        self._house.retiring = True
        if self._house.contact is None:
            self._refuse(call_id, 500)
        else:
            self._house.contact.end(DisconnectReason.TELECOM_PROBLEM, status=500, detail="fault at arrival")

    def _is_process(self, source: str) -> bool:
        host, _, port = source.rpartition(":")
        slot = int(port) - self._services.settings.sip_port if port.isdigit() else -1
        return host == "127.0.0.1" and 0 <= slot < self._services.settings.capacity

    def _join(self, call_id: int, message: str) -> None:
        """Another process calls: it must know the secret that the switchboard has told both."""
        self._read_link()  # where it may still lie
        contact, secret = self._house.contact, join_secret(message)
        joining = contact.under_way[Joining] if contact is not None else None
        expected = joining.expected.take(secret) if joining is not None and secret else None
        if joining is None or expected is None:
            _log.warning("a call of another process that nobody expects is refused")
            self._refuse(call_id, 403)
        else:
            joining.accept(self._services.direct, call_id, expected)

    def _take_on(self, call_id: int, message: str) -> None:
        """The process is free: a contact begins with this call."""

        def take(contact: Contact, leg: LegId, role: LegRole) -> Leg:
            return Leg(self._services.account, contact.legs.owner, leg, role, call_id)

        self._begin(message, take, lambda status: self._refuse(call_id, status))

    def _begin(
        self, message: str, take: Callable[[Contact, LegId, LegRole], Leg], refuse: Callable[[int], None]
    ) -> None:
        invite = read_invite(message)
        destination = arrival.destination_of(self._services.plans.read(), invite)
        if isinstance(destination, Unroutable):
            _log.warning("call from %s refused with %d: %s", invite.source, destination.sip_status, destination.why)
            refuse(destination.sip_status)
            return

        def make_leg(contact: Contact, leg: LegId, role: LegRole) -> Leg:
            self._house.contact = contact
            return take(contact, leg, role)

        arrival.begin(self._services, invite, destination, make_leg, self._house.contact_over)

    def _refused(self, refusal: StandIn) -> None:
        self._refusals.remove(refusal)
        self._house.finished.append(refusal)

    def _gave_up(self, waiting: StandIn) -> None:
        """The caller left before the process was free."""
        self._waiting = None
        self._house.finished.append(waiting)

    def _refuse(self, call_id: int, status: int, headers: dict[str, str] | None = None) -> None:
        refusal = StandIn(self._services.account, call_id, self._refused)
        self._refusals.append(refusal)
        refusal.leg.refuse(status, headers or {})
