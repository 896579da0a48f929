"""Errands at work: steps each one with what happens, stores it, then does what is to be done.

Takes the part of a contact process for contacts that wait without one (`Attendant`). Decides nothing itself:
`acd.errands` does; how an offer of the ACD becomes a lease is in `leases`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial

from appliance import events as said
from appliance.acd import errands as e
from appliance.acd.callbacks import news_of
from appliance.acd.errands import Errand, ErrandState, step
from appliance.clock import Clock
from appliance.contact import protocol as p
from appliance.ids import ContactId, ErrandId
from appliance.logs import fields
from appliance.store.store import Store
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.errands.attempts import Attempts
from appliance.switchboard.errands.due_times import DueTimes
from appliance.switchboard.errands.leases import Leases, Plan
from appliance.switchboard.joints.originating import Originating, new_contact
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.routing.routing import Routing

logger = logging.getLogger(__name__)


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
        self._clock = clock
        self._attempts = Attempts(contacts=contacts, routing=routing, clock=clock)
        self._leases = Leases(
            errands=self,
            attempts=self._attempts,
            contacts=contacts,
            routing=routing,
            ledger=ledger,
            originating=originating,
            plan=plan,
        )
        self._errands: dict[ErrandId, Errand] = {}
        self._of: dict[ContactId, ErrandId] = {}
        self._due_times = DueTimes(self._scheduled, self._look, clock)

    # ── what others ask ──────────────────────────────────────────────────────────────────────────────────────────

    def get(self, errand: ErrandId) -> Errand | None:
        """One that is under way."""
        return self._errands.get(errand)

    def of_contact(self, contact: ContactId) -> Errand | None:
        """The one whose attempt this contact is."""
        name = self._of.get(contact)
        return None if name is None else self._errands.get(name)

    def under_way(self) -> tuple[Errand, ...]:
        return tuple(self._errands.values())

    def take_on(self, errand: Errand) -> None:
        """A new errand; it is stored with the next group."""
        self._keep(errand)
        self._save(errand)
        self._carry_out(errand, e.begin(errand))
        self._due_times.follow()

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
            self._due_times.follow()
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
        self._due_times.follow()

    def waits(self, contact: ContactId) -> bool:
        """Whether the contact is known to wait without a process: nobody has the lease."""
        errand = self.of_contact(contact)
        return errand is not None and errand.state in (ErrandState.SCHEDULED, ErrandState.QUEUED)

    def unclaimed(self, contact: ContactId) -> None:
        """After a restart no process has the contact, and none has ever begun it: the lease, if there is one, is void
        and the contact waits on."""
        errand, state = self.of_contact(contact), self._contacts.state(contact)
        if errand is not None and errand.lease is not None:
            if state is not None:
                state.count_offer(errand.lease)
            self.tell(errand.errand, e.OfferEnded(offer=errand.lease))

    async def stop(self) -> None:
        """Leave everything as it is: the next start takes it up."""
        self._due_times.stop()
        await self._leases.stop()

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
        errand = self.of_contact(contact)
        if errand is None or errand.state not in (ErrandState.QUEUED, ErrandState.OFFERED):
            return False
        if errand.lease is not None:
            asyncio.get_running_loop().call_soon(self.tell, errand.errand, e.OfferEnded(offer=errand.lease))
        return True

    def _obey(self, command: p.Command) -> None:
        errand = self.of_contact(command.contact)
        match command:
            case p.OfferContact():
                self._leases.offered(errand, command)
            case p.WithdrawOffer(offer=offer):
                self._leases.withdrawn(command.contact, offer)
            case p.HangUpContact() if errand is not None:
                self.tell(errand.errand, e.Cancelled())

    def _heard(self, event: said.ContactEvent) -> None:
        if isinstance(event.body, said.CallbackRequested):
            self._requested(event.body.callback)
        errand = self.of_contact(event.contact)
        if errand is not None and isinstance(event.body, said.AgentOffered):
            self._leases.rung(errand, event.contact, event.body.offer)
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
                self._due_times.follow()

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
                    self._leases.end(contact)

    def _save(self, errand: Errand) -> None:
        self._ledger.put(partial(_put, errand), self._leases.once_written(errand))

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

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _look(self) -> None:
        """Whoever is due enters the queue; not before the ACD knows everybody who was there first."""
        if not self._routing.held:
            for errand in self._due_times.due():
                self.tell(errand.errand, e.TimeCame())
            self._due_times.follow()

    def _scheduled(self) -> list[Errand]:
        found = [errand for errand in self._errands.values() if errand.state is ErrandState.SCHEDULED]
        return [errand for errand in found if errand.kind is said.ErrandKind.CALLBACK]


def _put(errand: Errand, store: Store) -> None:
    store.errands.put(errand)
