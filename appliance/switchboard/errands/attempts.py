"""The contacts of attempts while no contact process has them: begun, scheduled, queued, ended, each by its events.

What a contact process would write the switchboard writes. Decides nothing: `errands` does.
"""

from __future__ import annotations

from appliance import events as said
from appliance.acd import events as acd
from appliance.acd.errands import Errand
from appliance.clock import Clock
from appliance.ids import ContactId, Extension
from appliance.stamps import Stamp
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.contacts.timescale import mono_of
from appliance.switchboard.routing.routing import Routing

MARGIN_S = 3600.0  # the errand's own clock lets a scheduled contact into its queue, not the ACD's
_METHODS = {
    said.ErrandKind.CALLBACK: said.InitiationMethod.CALLBACK,
    said.ErrandKind.CAMPAIGN: said.InitiationMethod.OUTBOUND,
}


def method_of(errand: Errand) -> said.InitiationMethod:
    """InitiationMethod of the errand's contacts."""
    return _METHODS[errand.kind]


class Attempts:
    """Writes for the errand's present contact."""

    def __init__(self, *, contacts: Contacts, routing: Routing, clock: Clock) -> None:
        self._contacts = contacts
        self._routing = routing
        self._clock = clock

    def begin(self, errand: Errand) -> None:
        """The contact begins to exist; it may be a while until it waits."""
        if errand.contact is None or self._contacts.state(errand.contact) is not None:
            return
        inside = not errand.number.startswith("+")
        customer = said.Endpoint(
            address=errand.number, type="VOIP" if inside else "TELEPHONE_NUMBER", display_name=errand.name
        )
        initiated = said.ContactInitiated(
            method=method_of(errand), customer=customer, initial=errand.initial, previous=errand.previous, source="box"
        )
        self._contacts.begin(errand.contact, initiated)
        self._contacts.write(
            errand.contact,
            said.AttemptPlanned(
                errand=errand.errand,
                kind=errand.kind,
                attempt=errand.attempt,
                max_attempts=errand.max_attempts,
                due=errand.due,
                waiting_since=errand.waiting_since,
                campaign=errand.campaign,
            ),
        )
        if errand.attributes:
            self._contacts.write(errand.contact, said.AttributesUpdated(attributes=errand.attributes))

    def schedule(self, errand: Errand) -> None:
        """The ACD counts it among the scheduled contacts of its queue."""
        if errand.contact is None:
            return
        now = self._clock()
        arrival = acd.ContactArrived(
            contact=errand.contact,
            queue=errand.queue,
            enqueued_at=mono_of(errand.waiting_since, now),
            priority=errand.priority,
            time_adjustment_s=errand.time_adjustment_s,
            forced=True,
            not_before=instant(errand.due, now) + MARGIN_S,
        )
        self._routing.tell([arrival])

    def join(self, errand: Errand) -> None:
        """The contact waits in its queue, in the place of who has waited since then."""
        contact = errand.contact
        state = None if contact is None else self._contacts.state(contact)
        if contact is None or state is None or state.place is not None:
            return
        requested = said.QueueRequested(
            queue=errand.queue,
            priority=errand.priority,
            time_adjustment_s=errand.time_adjustment_s,
            waiting_since=errand.waiting_since,
        )
        self._contacts.write(contact, requested)
        self._contacts.write(contact, said.ContactQueued(queue=errand.queue))

    def taken(self, contact: ContactId) -> None:
        """An agent has picked up: the stay in the queue is over."""
        state = self._contacts.state(contact)
        if state is not None and state.queue is not None:
            self._contacts.write(contact, said.ContactDequeued(queue=state.queue, reason="connected"))

    def end(self, contact: ContactId, reason: said.DisconnectReason, detail: str) -> None:
        """The contact is over before any process had it."""
        state = self._contacts.state(contact)
        if state is None or state.disconnected:
            return
        self._routing.tell([acd.ContactLeft(contact=contact)])
        queued = state.place is not None
        if state.place is not None:
            self._contacts.write(contact, said.ContactDequeued(queue=state.place.queue, reason="disconnected"))
        ended = said.ContactDisconnected(
            reason=reason, pre_disconnect_state="IN_QUEUE" if queued else "IN_FLOW", detail=detail
        )
        self._contacts.write(contact, ended)
        self._contacts.release(state)


def instant(stamp: Stamp, now: Stamp) -> float:
    """`stamp`, which may lie ahead, on the scale of CLOCK_BOOTTIME: by the wall clock where it is of another boot."""
    return stamp.mono_s if stamp.boot == now.boot else now.mono_s + stamp.wall_s - now.wall_s


def inside(number: str) -> Extension | None:
    """The extension that is to be called, None for an outside number."""
    return None if number.startswith("+") else Extension(number)
