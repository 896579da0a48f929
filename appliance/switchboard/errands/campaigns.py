"""Campaigns at work: when an agent of its queue is free, the next record of a running campaign enters the queue.

No record waits for long: one at a time, only when somebody could take it and no caller waits, within the customer's
calling hours and not on a do-not-call list. What an agent says about the call (disposition) may have it made again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace

from appliance import events as said
from appliance.acd.campaigns import STEP_S, Campaign, by_rules_of, may_call, next_opening
from appliance.acd.errands import Errand, ErrandState, Recalled, Struck, step
from appliance.clock import Clock
from appliance.contact.protocol import AnswerPreview
from appliance.errors import RequestError, StoreError
from appliance.ids import ContactId, ErrandId
from appliance.stamps import Stamp
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.listings import Row
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.contacts.orders import Orders
from appliance.switchboard.errands.errands import Errands
from appliance.switchboard.joints.originating import new_contact
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.routing.routing import Routing
from appliance.switchboard.store_thread import StoreThread

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
MOST_LOOKED_AT = 200  # records of a list at a time
PATIENCE_S = 60.0  # how long a record waits for the agent who was free
PAUSE_S = 60.0  # for a campaign whose record nobody took: each try is a contact
CLOSED_S = 86_400.0 * 7  # until hours that never open are looked at again


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a look into a list came to: the record to call now, and those that changed."""

    next: Errand | None
    changed: Sequence[Errand]


class Campaigns:
    """Runs as one task from `start` to `stop`; `refresh` after a change of campaigns."""

    def __init__(
        self,
        *,
        store: StoreThread,
        ledger: Ledger,
        errands: Errands,
        contacts: Contacts,
        orders: Orders,
        routing: Routing,
        clock: Clock,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._errands = errands
        self._contacts = contacts
        self._orders = orders
        self._routing = routing
        self._clock = clock
        self._campaigns: dict[str, Campaign] = {}
        self._queued_at: dict[ErrandId, float] = {}
        self._not_before: dict[str, float] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        errands.watchers.append(self._changed)

    async def start(self) -> None:
        await self.refresh()
        self._task = asyncio.create_task(self._run(), name="campaigns")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def refresh(self) -> None:
        """Take over what the store says; records of a campaign that doesn't run any more are recalled."""
        found = await self._store.run(lambda store: store.campaigns.all())
        self._campaigns = {campaign.campaign: campaign for campaign in found if campaign.running}
        for errand in self._waiting():
            if errand.campaign not in self._campaigns:
                self._errands.tell(errand.errand, Recalled())
        self._wake.set()

    async def strike(self, names: Sequence[str]) -> None:
        """These records' numbers came onto a do-not-call list."""
        for name in names:
            if self._errands.tell(ErrandId(name), Struck()) is None:
                await self._ledger.write(partial(_strike, ErrandId(name), self._clock()))

    async def answer(self, given: ask.PreviewAnswer) -> Row:
        """The agent who is shown a record calls it, or doesn't. Raises RequestError."""
        contact = ContactId(given.contact)
        state = self._contacts.state(contact)
        if state is None or not state.alone or not self._contacts.processes.held(contact):
            raise RequestError(f"nobody is shown the record of contact {contact} now", kind="conflict")
        await self._orders.give(AnswerPreview(contact=contact, call=given.call))
        return {"contact": contact, "call": given.call}

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_EVERY_S if self._campaigns else None)
            self._wake.clear()
            if self._routing.held:
                await self._routing.deciding.wait()
            try:
                self._recall()
                for campaign in tuple(self._campaigns.values()):
                    await self._feed(campaign)
            except StoreError as error:
                logger.error("campaigns stand still: %s", error)

    def _recall(self) -> None:
        """Nobody took the record, or the hours are over: it is not to stand in the way of callers."""
        now = self._clock()
        for errand in self._waiting():
            campaign = self._campaigns.get(errand.campaign)
            since = self._queued_at.setdefault(errand.errand, now.mono_s)
            allowed = campaign is not None and may_call(campaign.windows, errand.zones, now.wall_s)
            if not allowed or now.mono_s - since > PATIENCE_S:
                self._not_before[errand.campaign] = now.mono_s + PAUSE_S
                self._errands.tell(errand.errand, Recalled())

    async def _feed(self, campaign: Campaign) -> None:
        if self._ledger.full or not self._somebody_is_free(campaign):
            return
        await self._ledger.caught_up()  # what became of the last record
        now = self._clock()
        found = await self._store.run(lambda store: _next(store, campaign, now))
        if found.changed:
            await self._ledger.write(partial(_put_all, found.changed))
        if found.next is not None and campaign.campaign in self._campaigns and self._somebody_is_free(campaign):
            self._errands.admit(by_rules_of(campaign, found.next, now))

    def _somebody_is_free(self, campaign: Campaign) -> bool:
        """An agent who could be offered a record now; callers who wait come first."""
        now_s = self._clock().mono_s
        shown = self._routing.acd.queue_snapshot(campaign.queue, now_s)
        if now_s < self._not_before.get(campaign.campaign, 0.0):
            return False
        if shown is None or shown.agents_available == 0 or shown.contacts_in_queue > 0:
            return False
        return all(errand.queue != campaign.queue for errand in self._waiting())

    def _waiting(self) -> list[Errand]:
        return [
            errand
            for errand in self._errands.under_way()
            if errand.kind is said.ErrandKind.CAMPAIGN and errand.state is ErrandState.QUEUED
        ]

    def _changed(self, errand: Errand) -> None:
        if errand.kind is said.ErrandKind.CAMPAIGN:
            if errand.state is not ErrandState.QUEUED:
                self._queued_at.pop(errand.errand, None)
            if errand.over and errand.contact is not None:
                self._ledger.put(partial(_dispose, errand.contact))
            self._wake.set()


def _next(store: Store, campaign: Campaign, now: Stamp) -> _Found:
    """The first record that may be called; what may not for now is put off until it may."""
    changed: list[Errand] = []
    for errand in store.campaigns.due(campaign.campaign, now.wall_s, MOST_LOOKED_AT):
        if store.do_not_call.forbids(errand.number, campaign.campaign):
            changed.append(step(errand, Struck(), now, new_contact())[0])
        elif may_call(campaign.windows, errand.zones, now.wall_s):
            return _Found(next=errand, changed=changed)
        else:
            changed.append(replace(errand, due=_opening(campaign, errand, now)))
    return _Found(next=None, changed=changed)


def _opening(campaign: Campaign, errand: Errand, now: Stamp) -> Stamp:
    wall_s = next_opening(campaign.windows, errand.zones, int(now.wall_s // STEP_S))
    ahead_s = CLOSED_S if wall_s is None else max(1.0, wall_s - now.wall_s)
    return replace(now, mono_s=now.mono_s + ahead_s, wall_s=now.wall_s + ahead_s)


def _put_all(errands: Sequence[Errand], store: Store) -> None:
    for errand in errands:
        store.errands.put(errand)


def _strike(name: ErrandId, now: Stamp, store: Store) -> None:
    errand = store.errands.get(name)
    if errand is not None:
        store.errands.put(step(errand, Struck(), now, new_contact())[0])


def _dispose(contact: ContactId, store: Store) -> None:
    """What the agent said while they talked counts now that it is over."""
    store.errands.dispose(contact)
