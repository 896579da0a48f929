"""Errands at work: steps each one with what happens, stores it, then does what is to be done.

Takes the part of a contact process for contacts that wait without one (`Attendant`): an offer of the ACD becomes the
errand's lease, and only when that is on the disk a process is asked to ring the agent. Nobody is dialled while the disk
is full. Decides nothing itself: `acd.errands` does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from appliance import events as said
from appliance.acd import errands as e
from appliance.acd import events as acd
from appliance.acd.callbacks import news_of
from appliance.acd.errands import Errand, ErrandState, step
from appliance.clock import Clock
from appliance.contact import protocol as p
from appliance.dialplan import DialPlan, QueuePlan, Unroutable, may_be_called
from appliance.errors import RequestError, StoreError
from appliance.ids import ContactId, ErrandId, OfferId
from appliance.logs import fields
from appliance.store.store import Store
from appliance.switchboard.contacts import Contacts
from appliance.switchboard.errands.attempts import Attempts, instant, method_of
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.originating import Originating, new_contact
from appliance.switchboard.routing import Routing

logger = logging.getLogger(__name__)

LOOK_AGAIN_S = 60.0  # the wall clock may be set meanwhile
Plan = Callable[[], DialPlan]  # what is published now


class Errands:
    """Every errand that has a contact or is a callback, until it is over. `watchers` hear each change."""

    def __init__(
        self,
        *,
        contacts: Contacts,
        routing: Routing,
        ledger: Ledger,
        originating: Originating,
        clock: Clock,
        plan: Plan,
    ) -> None:
        self.watchers: list[Callable[[Errand], None]] = []
        self._contacts = contacts
        self._routing = routing
        self._ledger = ledger
        self._originating = originating
        self._clock = clock
        self._plan = plan
        self._attempts = Attempts(contacts=contacts, routing=routing, clock=clock)
        self._errands: dict[ErrandId, Errand] = {}
        self._of: dict[ContactId, ErrandId] = {}
        self._offers: dict[OfferId, p.OfferContact] = {}
        self._asking: set[ContactId] = set()  # a process is being asked to begin these
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    # ── what others ask ──────────────────────────────────────────────────────────────────────────────────────────

    def get(self, errand: ErrandId) -> Errand | None:
        """One that is under way."""
        return self._errands.get(errand)

    def under_way(self) -> tuple[Errand, ...]:
        return tuple(self._errands.values())

    def take_on(self, errand: Errand) -> None:
        """A new errand; it is stored with the next group."""
        self._keep(errand)
        self._save(errand)
        self._carry_out(errand, e.begin(errand))
        self._set_timer()

    def tell(self, name: ErrandId, event: e.ErrandEvent) -> Errand | None:
        """Step one errand; as it is now, None where it isn't under way."""
        before = self._errands.get(name)
        if before is None:
            return None
        after, commands = step(before, event, self._clock(), new_contact())
        if after != before:
            self._keep(after)
            self._save(after)
        self._carry_out(after, commands)
        if after != before:
            if after.kind is said.ErrandKind.CAMPAIGN and after.contact is None:
                self._forget(after)  # its campaign takes it up again
            self._noticed(after)
            self._set_timer()
        return after

    def admit(self, errand: Errand) -> None:
        """A record of a campaign enters its queue now."""
        if errand.errand not in self._errands:
            self._keep(errand)
            self.tell(errand.errand, e.TimeCame())

    def restore(self, errands: Iterable[Errand]) -> None:
        """After a restart, before the contacts' events are told again."""
        for errand in errands:
            self._keep(errand)

    def resume(self) -> None:
        """The events have been told again and the ACD decides: take up what hangs."""
        for errand in self.under_way():
            self._attempts.begin(errand)
            if errand.state is ErrandState.SCHEDULED:
                self._attempts.schedule(errand)
            elif errand.state is ErrandState.QUEUED:
                self._attempts.join(errand)
        self._set_timer()

    def waits(self, contact: ContactId) -> bool:
        """Whether the contact is known to wait without a process: nobody has the lease."""
        errand = self._errand_of(contact)
        return errand is not None and errand.state in (ErrandState.SCHEDULED, ErrandState.QUEUED)

    def unclaimed(self, contact: ContactId) -> None:
        """After a restart no process has the contact, and none has ever begun it: the lease, if there is one, is void
        and the contact waits on."""
        errand, state = self._errand_of(contact), self._contacts.state(contact)
        if errand is not None and errand.lease is not None:
            if state is not None:
                state.count_offer(errand.lease)
            self.tell(errand.errand, e.OfferEnded(offer=errand.lease))

    async def stop(self) -> None:
        """Leave everything as it is: the next start takes it up."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ── Attendant ────────────────────────────────────────────────────────────────────────────────────────────────

    def obey(self, command: p.Command) -> None:
        """Implements `attendant.Attendant`. Not at once: the ACD is in the middle of its turn."""
        asyncio.get_running_loop().call_soon(self._obey, command)

    def heard(self, event: said.ContactEvent) -> None:
        """Implements `attendant.Attendant`."""
        if event.contact in self._of or isinstance(event.body, said.CallbackRequested):
            asyncio.get_running_loop().call_soon(self._heard, event)

    def keeps(self, contact: ContactId) -> bool:
        """Implements `attendant.Attendant`. A lease that its process gave back without a word is void."""
        errand = self._errand_of(contact)
        if errand is None or errand.state not in (ErrandState.QUEUED, ErrandState.OFFERED):
            return False
        if errand.lease is not None:
            asyncio.get_running_loop().call_soon(self.tell, errand.errand, e.OfferEnded(offer=errand.lease))
        return True

    def _obey(self, command: p.Command) -> None:
        errand = self._errand_of(command.contact)
        match command:
            case p.OfferContact():
                self._offered(errand, command)
            case p.WithdrawOffer(offer=offer) if command.contact not in self._asking:
                self._void(command.contact, offer)
            case p.HangUpContact() if errand is not None:
                self.tell(errand.errand, e.Cancelled())

    def _heard(self, event: said.ContactEvent) -> None:
        if isinstance(event.body, said.CallbackRequested):
            self._requested(event.body.callback)
        errand = self._errand_of(event.contact)
        news = news_of(event)
        if errand is None or news is None:
            return
        if isinstance(news, e.AgentTook) and errand.state in (ErrandState.QUEUED, ErrandState.OFFERED):
            self._attempts.taken(event.contact)
        self.tell(errand.errand, news)

    def _requested(self, callback: ContactId) -> None:
        """Its row came into the store with the event. Told again, or where the row is over, it is old."""
        if ErrandId(callback) in self._errands:
            return
        found: list[Errand] = []

        def read(store: Store) -> None:
            errand = store.errands.get(ErrandId(callback))
            found[:] = [errand] if errand is not None and not errand.over else []

        self._ledger.put(read, lambda _error: self._begin(found))

    def _begin(self, found: list[Errand]) -> None:
        for errand in found:
            if errand.errand not in self._errands:
                self._keep(errand)
                self._carry_out(errand, e.begin(errand))
                self._noticed(errand)
                self._set_timer()

    # ── the lease ────────────────────────────────────────────────────────────────────────────────────────────────

    def _offered(self, errand: Errand | None, command: p.OfferContact) -> None:
        waits = errand is not None and errand.state in (ErrandState.QUEUED, ErrandState.OFFERED)
        busy = command.contact in self._asking or self._contacts.processes.held(command.contact)  # with the last offer
        if errand is None or not waits or busy or self._ledger.full:
            self._give_back(command.contact, command.offer)
            return
        self._offers[command.offer] = command
        self.tell(errand.errand, e.Offered(offer=command.offer))

    def _lease_written(self, name: ErrandId, offer: OfferId, error: StoreError | None) -> None:
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
        campaign = errand.kind is said.ErrandKind.CAMPAIGN
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
            outbound_flow=(errand.flow if campaign else None) or queue.outbound_flow,
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
            self._end(contact)
        elif not self._contacts.processes.held(contact):
            return
        elif errand.lease != offer and errand.state is not ErrandState.DIALLED:
            self._contacts.command(p.WithdrawOffer(contact=contact, offer=offer))

    def _void(self, contact: ContactId, offer: OfferId) -> None:
        """No process has the lease and none will get it: the contact waits on."""
        self._offers.pop(offer, None)
        errand = self._errand_of(contact)
        if errand is not None:
            self.tell(errand.errand, e.OfferEnded(offer=offer))
        self._give_back(contact, offer)

    def _give_back(self, contact: ContactId, offer: OfferId) -> None:
        state = self._contacts.state(contact)
        if state is not None:
            state.offers.pop(offer, None)
        self._routing.tell([acd.OfferMissed(offer=offer, cause="withdrawn")])

    # ── carrying out ─────────────────────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, errand: Errand, commands: Iterable[e.ErrandCommand]) -> None:
        for command in commands:
            match command:
                case e.BeginContact():
                    self._attempts.begin(errand)
                    if errand.state is ErrandState.SCHEDULED:
                        self._attempts.schedule(errand)
                case e.JoinQueue():
                    self._attempts.join(errand)
                case e.LinkAttempts(before=before, outcome=outcome) if errand.contact is not None:
                    follows = said.AttemptFollows(next=errand.contact, outcome=outcome.value)
                    self._contacts.write(before, follows)
                case e.EndContact(contact=contact):
                    self._end(contact)

    def _end(self, contact: ContactId) -> None:
        if self._contacts.processes.held(contact):
            self._contacts.command(p.HangUpContact(contact=contact))
        elif contact not in self._asking:
            self._attempts.end(contact, said.DisconnectReason.OTHER, "nobody is to be called any more")

    def _save(self, errand: Errand) -> None:
        """A lease counts once it is written."""
        leased = errand.state is ErrandState.OFFERED and errand.lease in self._offers
        then = partial(self._lease_written, errand.errand, errand.lease) if leased and errand.lease else None
        self._ledger.put(partial(_put, errand), then)

    def _keep(self, errand: Errand) -> None:
        before = self._errands.get(errand.errand)
        if before is not None and before.contact is not None and before.contact != errand.contact:
            self._of.pop(before.contact, None)
        self._errands[errand.errand] = errand
        if errand.contact is not None:
            self._of[errand.contact] = errand.errand
        if errand.over:
            self._forget(errand)

    def _forget(self, errand: Errand) -> None:
        self._errands.pop(errand.errand, None)
        self._of.pop(errand.contact or ContactId(""), None)

    def _noticed(self, errand: Errand) -> None:
        logger.info("errand is %s", errand.state, extra=fields(contact=errand.contact))
        for watcher in self.watchers:
            watcher(errand)

    def _errand_of(self, contact: ContactId) -> Errand | None:
        name = self._of.get(contact)
        return None if name is None else self._errands.get(name)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._clock()
        waiting = [instant(errand.due, now) for errand in self._scheduled()]
        if waiting:
            delay_s = min(max(0.0, min(waiting) - now.mono_s), LOOK_AGAIN_S)
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._look)

    def _look(self) -> None:
        """Whoever is due enters the queue; not before the ACD knows everybody who was there first."""
        self._timer = None
        if not self._routing.held:
            now = self._clock()
            for errand in self._scheduled():
                if instant(errand.due, now) <= now.mono_s:
                    self.tell(errand.errand, e.TimeCame())
            self._set_timer()

    def _scheduled(self) -> list[Errand]:
        found = [errand for errand in self._errands.values() if errand.state is ErrandState.SCHEDULED]
        return [errand for errand in found if errand.kind is said.ErrandKind.CALLBACK]

    def _start(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work, name="errand")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("an attempt was not begun: %s", error, exc_info=error)


def _put(errand: Errand, store: Store) -> None:
    store.errands.put(errand)
