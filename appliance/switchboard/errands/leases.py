"""The right to dial: an offer of the ACD becomes an errand's lease, and the lease a contact process's order.

Only when the lease is on the disk a process is asked to ring the agent; nobody is dialled while the disk is full. What
was decided while a process was being asked is made good as soon as it has answered.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Protocol

from appliance import events as said
from appliance.acd import events as acd
from appliance.acd.errands import Errand, ErrandEvent, ErrandState, Offered, OfferEnded
from appliance.contact import protocol as p
from appliance.dialplan import DialPlan, QueuePlan, Unroutable, may_be_called
from appliance.errors import RequestError, StoreError
from appliance.ids import ContactId, ErrandId, OfferId
from appliance.logs import fields
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.errands.attempts import Attempts, method_of
from appliance.switchboard.joints.originating import Originating
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.routing.routing import Routing
from appliance.switchboard.tasks import end

logger = logging.getLogger(__name__)

Plan = Callable[[], DialPlan]  # what is published now
Then = Callable[[StoreError | None], None]
_NOT_WANTED = "nobody is to be called any more"


class Book(Protocol):
    """What leases need of the errands."""

    def get(self, errand: ErrandId) -> Errand | None: ...

    def of_contact(self, contact: ContactId) -> Errand | None: ...

    def tell(self, name: ErrandId, event: ErrandEvent) -> Errand | None: ...


class Leases:
    """One lease an errand; the errand's row says which."""

    def __init__(
        self,
        *,
        errands: Book,
        attempts: Attempts,
        contacts: Contacts,
        routing: Routing,
        ledger: Ledger,
        originating: Originating,
        plan: Plan,
    ) -> None:
        self._errands = errands
        self._attempts = attempts
        self._contacts = contacts
        self._routing = routing
        self._ledger = ledger
        self._originating = originating
        self._plan = plan
        self._offers: dict[OfferId, p.OfferContact] = {}
        self._asking: set[ContactId] = set()  # a process is being asked to begin these
        self._tasks: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Leave what is under way: the next start reads what became of it."""
        await end(self._tasks)

    def offered(self, errand: Errand | None, command: p.OfferContact) -> None:
        """The ACD has chosen an agent. Given back where nobody can be asked now: the next offer comes soon."""
        waits = errand is not None and errand.state in (ErrandState.QUEUED, ErrandState.OFFERED)
        busy = command.contact in self._asking or self._contacts.processes.held(command.contact)  # with the last offer
        if errand is None or not waits or busy or self._ledger.full:
            self._give_back(command.contact, command.offer)
            return
        self._offers[command.offer] = command
        self._errands.tell(errand.errand, Offered(offer=command.offer))

    def withdrawn(self, contact: ContactId, offer: OfferId) -> None:
        """The ACD takes its offer back; while a process is being asked, afterwards."""
        if contact not in self._asking:
            self._void(contact, offer)

    def rung(self, errand: Errand, contact: ContactId, offer: OfferId) -> None:
        """A process rings an agent; one whose lease is void, because its answer came too late, must not."""
        waits = errand.state in (ErrandState.QUEUED, ErrandState.OFFERED)
        if errand.lease != offer and waits and self._contacts.processes.held(contact):
            self._contacts.command(p.WithdrawOffer(contact=contact, offer=offer))

    def once_written(self, errand: Errand) -> Then | None:
        """What follows when this state of the errand is on the disk."""
        if errand.state is not ErrandState.OFFERED or errand.lease is None or errand.lease not in self._offers:
            return None
        return partial(self._written, errand.errand, errand.lease)

    def end(self, contact: ContactId) -> None:
        """Nobody is to be called any more; while a process is being asked, afterwards."""
        if self._contacts.processes.held(contact):
            self._contacts.command(p.HangUpContact(contact=contact))
        elif contact not in self._asking:
            self._attempts.end(contact, said.DisconnectReason.OTHER, _NOT_WANTED)

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _written(self, name: ErrandId, offer: OfferId, error: StoreError | None) -> None:
        errand = self._errands.get(name)
        command = self._offers.pop(offer, None)
        if errand is None or command is None or errand.lease != offer:
            return
        if error is not None:
            logger.error("no lease could be stored, nobody is dialled: %s", error, extra=fields(contact=errand.contact))
            self._void(command.contact, offer)
            return
        self._asking.add(command.contact)
        self._start(self._originate(errand, command))

    async def _originate(self, errand: Errand, offer: p.OfferContact) -> None:
        contact = offer.contact
        try:
            destination = may_be_called(self._plan(), errand.number)
            if isinstance(destination, Unroutable):
                self._attempts.end(contact, said.DisconnectReason.TELECOM_NUMBER_INVALID, destination.why)
                return
            await self._originating.originate(self._command(errand, offer))
        except RequestError as error:
            logger.info("attempt not begun: %s", error, extra=fields(contact=contact))
            self._asking.discard(contact)
            self._void(contact, offer.offer)
        finally:
            self._asking.discard(contact)
        self._catch_up(errand.errand, contact, offer.offer)

    def _command(self, errand: Errand, offer: p.OfferContact) -> p.OriginateContact:
        state = self._contacts.state(offer.contact)
        queue = self._plan().queues.get(errand.queue, QueuePlan(queue=errand.queue))
        shown_by = errand.flow if errand.kind is said.ErrandKind.CAMPAIGN else None
        return p.OriginateContact(
            contact=offer.contact,
            method=method_of(errand),
            agent=offer.agent,
            extension=offer.extension,
            offer=offer.offer,
            ring_timeout_s=offer.ring_timeout_s,
            number=errand.number,
            caller_id=errand.caller_id or queue.caller_id,
            caller_name=queue.caller_name,
            outbound_flow=shown_by or queue.outbound_flow,
            queue=errand.queue,
            initial=errand.initial,
            previous=errand.previous,
            attributes=errand.attributes,
            initiated=True,
            seq=0 if state is None else state.seq,
        )

    def _catch_up(self, name: ErrandId, contact: ContactId, offer: OfferId) -> None:
        """What was decided while a process was being asked."""
        errand = self._errands.get(name)
        if errand is None:
            self.end(contact)
        elif self._contacts.processes.held(contact):
            self.rung(errand, contact, offer)

    def _void(self, contact: ContactId, offer: OfferId) -> None:
        """No process has the lease and none will get it: the contact waits on."""
        self._offers.pop(offer, None)
        errand = self._errands.of_contact(contact)
        if errand is not None:
            self._errands.tell(errand.errand, OfferEnded(offer=offer))
        self._give_back(contact, offer)

    def _give_back(self, contact: ContactId, offer: OfferId) -> None:
        state = self._contacts.state(contact)
        if state is not None:
            state.offers.pop(offer, None)
        self._routing.tell([acd.OfferMissed(offer=offer, cause="withdrawn")])

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="attempt")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("an attempt was not begun: %s", error, exc_info=error)
