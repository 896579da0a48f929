"""What contact processes say over the link: into the store first, then acknowledged, then acted upon.

An event counts only once it is on the disk; a full disk is the one exception, because calls go on. Must not know what
an event means: `contacts` does.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from appliance.contact.protocol import (
    AcceptIntoQueue,
    Acknowledge,
    AskTurn,
    Declined,
    Event,
    FromContact,
    Hello,
    JoinFailed,
    MeasureMetrics,
    Obeyed,
    ParkRefused,
    Released,
    TellMetrics,
    TellTurn,
    WishMonitorMode,
    WishPage,
    WishPark,
)
from appliance.errors import StoreError
from appliance.events import ContactEvent
from appliance.ids import ContactId
from appliance.logs import fields
from appliance.store.failures import EventGapError
from appliance.store.store import Store
from appliance.switchboard.contacts.batch import Batch
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.contacts.link import Connection
from appliance.switchboard.contacts.noting import is_urgent
from appliance.switchboard.contacts.orders import Orders
from appliance.switchboard.joints.joining import Joining
from appliance.switchboard.joints.originating import Originating
from appliance.switchboard.joints.paging import Pages
from appliance.switchboard.joints.parking import Orbits
from appliance.switchboard.joints.turns import Turns
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.routing.routing import Routing
from appliance.switchboard.supervision.supervisors import Supervisors

logger = logging.getLogger(__name__)


class Intake:
    """Implements `link.LinkListener`."""

    def __init__(
        self,
        *,
        contacts: Contacts,
        ledger: Ledger,
        routing: Routing,
        originating: Originating,
        joining: Joining,
        supervisors: Supervisors,
        orbits: Orbits,
        orders: Orders,
        pages: Pages,
    ) -> None:
        self._contacts = contacts
        self._processes = contacts.processes
        self._ledger = ledger
        self._routing = routing
        self._originating = originating
        self._hearers: dict[type[FromContact], Callable[[Any], None]] = {
            JoinFailed: joining.failed,
            WishMonitorMode: supervisors.wished,
            WishPark: orbits.wished,
            WishPage: pages.wished,
            ParkRefused: orbits.refused,
            Obeyed: orders.answered,
        }
        self._turns = Turns()

    def received(self, connection: Connection, messages: Sequence[FromContact]) -> None:
        """Implements `link.LinkListener`."""
        events: list[ContactEvent] = []
        for message in messages:
            if isinstance(message, Event):
                self._originating.taken(connection, message.event.contact)
                events.append(message.event)
                continue
            self._take(connection, events)
            events = []
            self._other(connection, message)
        self._take(connection, events)
        for hello in messages:
            if isinstance(hello, Hello) and hello.contact is not None:
                self._ledger.put(_nothing, partial(self._back, hello.contact))

    def closed(self, connection: Connection) -> None:
        """Implements `link.LinkListener`."""
        self._processes.closed(connection)

    def _other(self, connection: Connection, message: FromContact) -> None:
        if (hear := self._hearers.get(type(message))) is not None:
            self._once_told(lambda: hear(message))
            connection.settle(1)
            return
        match message:
            case Hello():
                self._processes.hello(connection, message)
                connection.settle(1)
                if message.contact is not None:
                    self._originating.taken(connection, message.contact)
            case Declined(contact=contact):
                self._originating.declined(contact)
                connection.settle(1)
            case Released(contact=contact):
                self._ledger.put(_nothing, partial(self._released, connection, contact))
            case MeasureMetrics(contact=contact, queue=queue, agent=agent):
                metrics = self._routing.measure(queue=queue, agent=agent)
                connection.send(TellMetrics(contact=contact, metrics=metrics))
                connection.settle(1)
            case AskTurn(contact=contact, group=group, strategy=strategy, members=members):
                ordered = self._turns.order(group, strategy, members)
                connection.send(TellTurn(contact=contact, group=group, members=ordered))
                connection.settle(1)

    def _once_told(self, deed: Callable[[], None]) -> None:
        """Do `deed`, once, when what was said before it is known: a wish may come with a contact's first events."""
        done = False

        def act(_error: StoreError | None = None) -> None:
            nonlocal done
            if not done:
                done = True
                deed()

        self._ledger.put(_nothing, act, meanwhile=act)

    def _take(self, connection: Connection, events: Sequence[ContactEvent]) -> None:
        for contact, run in itertools.groupby(events, key=lambda event: event.contact):
            batch = Batch(connection=connection, contact=contact, events=tuple(run))
            batch.over = self._contacts.is_closed(contact)
            batch.known = self._contacts.state(contact) is not None
            urgent = any(is_urgent(event.body) for event in batch.events)
            stored, meanwhile = partial(self._stored, batch), partial(self._act, batch)
            self._ledger.put(batch.write, stored, meanwhile=meanwhile, urgent=urgent)

    def _stored(self, batch: Batch, error: StoreError | None) -> None:
        if error is not None:
            self._refused(batch, error)
        self._act(batch, refused=error is not None)
        batch.connection.send(Acknowledge(contact=batch.contact, seq=batch.events[-1].seq))

    def _act(self, batch: Batch, *, refused: bool = False) -> None:
        """Once for each batch: when it is stored or refused, or at once while the disk is full."""
        if batch.acted:
            return
        batch.acted = True
        batch.connection.settle(len(batch.events))
        if batch.over or refused:
            return
        self._processes.hold(batch.connection, batch.contact)
        for event in batch.events:
            self._contacts.note(event)
            self._turns.note(event)

    def _refused(self, batch: Batch, error: StoreError) -> None:
        """The store won't have these events: a gap is filled from the journal, anything else is lost to the record."""
        logger.error("events of a contact can't be stored: %s", error, extra=fields(contact=batch.contact))
        if isinstance(error, EventGapError):
            self._processes.hold(batch.connection, batch.contact)
            self._contacts.carer.gap(batch.contact, batch.events)

    def _released(self, connection: Connection, contact: ContactId, _error: StoreError | None) -> None:
        connection.settle(1)
        state = self._contacts.state(contact)
        connection.send(Acknowledge(contact=contact, seq=0 if state is None else state.seq))
        self._processes.let_go(contact)
        if state is not None:
            self._contacts.release(state)

    def _back(self, contact: ContactId, _error: StoreError | None) -> None:
        """The process of a contact under way is on the link again: give it what it may have missed."""
        self._contacts.send_unsent(contact)
        state = self._contacts.state(contact)
        if state is None or state.place is None or state.place.granted:
            return
        position = self._position(state)
        if position is not None:
            accepted = AcceptIntoQueue(contact=contact, queue=state.place.queue, position=position)
            self._contacts.command(accepted)

    def _position(self, state: ContactState) -> int | None:
        queue = None if state.place is None else state.place.queue
        waiting = () if queue is None else self._routing.acd.waiting(queue)
        return waiting.index(state.contact) + 1 if state.contact in waiting else None


def _nothing(_store: Store) -> None:
    return None
