"""The switchboard: builds its parts, starts them in order, stops them in reverse. Nobody else builds parts.

Order: configuration, store, default flows, dial plan, what the store knows of the time before, ledger, link, API.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from appliance import clock
from appliance.acd.machine import Acd
from appliance.config.paths import BoxPaths
from appliance.contact.protocol import DialPlanChanged
from appliance.edge.publishing import StatePublisher
from appliance.edge.requests import end_dialog
from appliance.edge.rpc import AsyncEdgeLink
from appliance.errors import ApplianceError
from appliance.ids import ContactId
from appliance.stamps import iso_utc
from appliance.store.store import Store
from appliance.switchboard.api.administration import administration
from appliance.switchboard.api.api_server import ApiServer
from appliance.switchboard.api.changes import install_default_flows
from appliance.switchboard.api.live import Live
from appliance.switchboard.api.running import Api
from appliance.switchboard.contacts.adoption import Adoption
from appliance.switchboard.contacts.caretaker import Caretaker
from appliance.switchboard.contacts.closing import Closer
from appliance.switchboard.contacts.contacts import Contacts
from appliance.switchboard.contacts.finisher import Finisher
from appliance.switchboard.contacts.intake import Intake
from appliance.switchboard.contacts.kinship import Kinship
from appliance.switchboard.contacts.link import LinkServer
from appliance.switchboard.contacts.orders import Orders
from appliance.switchboard.desk.book import HANDLERS
from appliance.switchboard.desk.desk import Desk
from appliance.switchboard.edge_watch import EdgeWatch
from appliance.switchboard.errands.callbacks import Callbacks
from appliance.switchboard.errands.campaigns import Campaigns
from appliance.switchboard.errands.errands import Errands
from appliance.switchboard.joints.dialling import Dialling
from appliance.switchboard.joints.joining import Joining
from appliance.switchboard.joints.originating import Originating
from appliance.switchboard.joints.paging import Pages
from appliance.switchboard.joints.parking import Orbits
from appliance.switchboard.joints.pick_up import PickUps
from appliance.switchboard.lamps.board import Board
from appliance.switchboard.lamps.floor import AcdFloor
from appliance.switchboard.lamps.picture import picture
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.measuring.measuring import Measuring
from appliance.switchboard.measuring.present import Present, calendar_day
from appliance.switchboard.publication.publish import Publisher
from appliance.switchboard.routing.last_agents import MOST_KEPT
from appliance.switchboard.routing.routing import Routing
from appliance.switchboard.service_manager import ServiceManager
from appliance.switchboard.settings import Settings
from appliance.switchboard.staff.access import Access
from appliance.switchboard.staff.outcomes import Outcomes
from appliance.switchboard.staff.shift import Shift
from appliance.switchboard.store_thread import StoreThread
from appliance.switchboard.supervision.supervisors import Supervisors
from appliance.switchboard.todays_numbers import TodaysNumbers
from appliance.switchboard.voicemail.counts import MessageCounts
from appliance.switchboard.voicemail.greetings import Greetings
from appliance.switchboard.voicemail.listening import Listening

logger = logging.getLogger(__name__)

LONGEST_DAY_S = 25 * 3600
MOST_RECORDS = 100_000


class Switchboard:
    """One box's switchboard. `start` returns when it serves; `stop` leaves every call alone."""

    def __init__(self, config_file: Path, *, now: clock.Clock = clock.now) -> None:
        """Raises ConfigError."""
        self._settings = Settings(config_file)
        self._clock = now
        self.paths = paths = self._settings.paths
        configuration = self._settings.configuration
        self.store = StoreThread(paths.store)
        self._ledger = Ledger(self.store)
        self._edge = AsyncEdgeLink(paths.edge_rpc_socket)
        self._watch = EdgeWatch(edge=self._edge, store=self.store, clock=now)
        self._publisher = Publisher(self.store, paths, self._plan_changed)
        self.routing = Routing(Acd(), now, clock.monotonic_s)
        self.contacts = Contacts(
            ledger=self._ledger, routing=self.routing, clock=now, agent_of=self._publisher.agent_of
        )
        self.routing.hands = self.contacts
        floor = AcdFloor(self.routing)
        self.messages = MessageCounts(self.store, lambda: self._publisher.plan)
        self.lamps = Board(
            StatePublisher(self._edge, domain=configuration.edge.domain, port=configuration.edge.internal_port),
            domain=configuration.edge.domain,
            picture=lambda: picture(self.contacts.under_way(), floor),
            messages=self.messages.lamps,
        )
        self.messages.changed = self.lamps.wake
        self.contacts.messages_changed = self.messages.look
        self.listening = Listening(
            store=self.store, recordings=paths.recordings, folder=paths.voicemail, counts=self.messages
        )
        self.greetings = Greetings(store=self.store, recordings=paths.recordings, prompts=paths.prompts)
        self.contacts.forgotten = self._forget_listener
        self.routing.changed = self.contacts.changed = self.lamps.wake
        self._numbers = TodaysNumbers(calendar_day(now().wall_s))
        self._present = Present(acd=self.routing.acd, contacts=self.contacts, numbers=self._numbers, clock=now)
        self._finisher = Finisher(paths.recordings)
        closer = Closer(
            contacts=self.contacts,
            ledger=self._ledger,
            spool=paths.spool,
            box=configuration.box.name,
            finish=self._finisher.finish,
            counted=self._count,
        )
        self._caretaker = Caretaker(
            contacts=self.contacts,
            ledger=self._ledger,
            closer=closer,
            spool=paths.spool,
            clock=now,
            end_dialog=self._end_dialog,
        )
        self.contacts.carer = self._caretaker
        self.originating = Originating(self.contacts.processes, clock.monotonic_s)
        self.joining = Joining(self.contacts)
        Kinship(self.contacts)
        supervisors = Supervisors(
            contacts=self.contacts,
            routing=self.routing,
            originating=self.originating,
            joining=self.joining,
            store=self.store,
        )
        orders = Orders(self.contacts)
        orbits = Orbits(
            self.contacts, orders, lambda: self._publisher.plan, lambda: self._settings.configuration.phones
        )
        intake = Intake(
            contacts=self.contacts,
            ledger=self._ledger,
            routing=self.routing,
            originating=self.originating,
            joining=self.joining,
            supervisors=supervisors,
            orbits=orbits,
            orders=orders,
            pages=Pages(self.contacts, self.originating, self.joining, lambda: self._publisher.plan),
        )
        self.errands = Errands(
            contacts=self.contacts,
            routing=self.routing,
            ledger=self._ledger,
            originating=self.originating,
            clock=now,
            plan=lambda: self._publisher.plan,
        )
        self._campaigns = Campaigns(
            store=self.store,
            ledger=self._ledger,
            errands=self.errands,
            contacts=self.contacts,
            orders=orders,
            routing=self.routing,
            clock=now,
        )
        self.contacts.attendant = self.errands
        self._link = LinkServer(paths.link_socket, intake)
        self._adoption = Adoption(
            contacts=self.contacts,
            routing=self.routing,
            carer=self._caretaker,
            errands=self.errands,
            clock=now,
            sip_port=configuration.contacts.sip_port,
            wake=self._link.wake,
        )
        access = Access(self.store, now)
        shift = Shift(routing=self.routing, store=self.store, ledger=self._ledger, clock=now, publish=self._publish)
        outcomes = Outcomes(
            contacts=self.contacts, ledger=self._ledger, store=self.store, clock=now, box=configuration.box.name
        )
        desk = Desk(
            book=HANDLERS,
            contacts=self.contacts,
            store=self.store,
            plan=lambda: self._publisher.plan,
            shift=shift,
            access=access,
            outcomes=outcomes,
            supervisors=supervisors,
            listening=self.listening,
            pick_ups=PickUps(self.contacts, self.joining, orbits, lambda: self._publisher.plan),
        )
        live = Live(
            routing=self.routing,
            contacts=self.contacts,
            orders=orders,
            edge=self._edge,
            watch=self._watch,
            numbers=self._numbers,
            present=self._present,
            clock=now,
        )
        self.measuring = Measuring(
            live=live,
            present=self._present,
            store=self.store,
            acd=self.routing.acd,
            edge=self._edge,
            settings=self._settings,
            clock=now,
        )
        self.api = Api(
            store=self.store,
            ledger=self._ledger,
            administration=administration(configuration, paths, now),
            measuring=self.measuring,
            live=live,
            campaigns=self._campaigns,
            callbacks=Callbacks(errands=self.errands, ledger=self._ledger, publisher=self._publisher, clock=now),
            dialling=Dialling(routing=self.routing, originating=self.originating, publisher=self._publisher),
            routing=self.routing,
            publisher=self._publisher,
            settings=self._settings,
            edge=self._edge,
            shift=shift,
            access=access,
            outcomes=outcomes,
            supervisors=supervisors,
            orbits=orbits,
            desk=desk,
            messages_changed=self.messages.look,
        )
        self._api_server = ApiServer(paths.api_socket, self.api.perform)
        self._adopting: asyncio.Task[None] | None = None
        self._stops: list[Callable[[], Awaitable[None]]] = []

    async def start(self) -> None:
        """Raises ApplianceError or OSError, with everything stopped again."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        paths = self.paths
        await asyncio.to_thread(paths.make)
        await self.store.open()
        self._stops.append(self.store.close)
        await self.store.run(self._prepare)
        await self._publisher.refresh(self._settings.configuration)
        self._ledger.start()
        self._stops.append(self._ledger.stop)
        await self._adoption.load(self.store, paths.spool)
        self._stops.append(self._finisher.close)
        self._stops.append(self._caretaker.stop)
        await self._link.start()
        self._stops.append(self._link.stop)
        self._adopting = asyncio.create_task(self._adoption.run(), name="adoption")
        self._adopting.add_done_callback(_report_failure)
        self._stops.append(self._stop_deciding)
        self._stops.append(self.errands.stop)
        await asyncio.to_thread(self.listening.start)
        self._stops.append(self._stop_listening)
        self.greetings.perform = self.api.perform
        self.greetings.look()
        self._stops.append(self.greetings.stop)
        self.messages.look()
        self._stops.append(self.messages.stop)
        await self._campaigns.start()
        self._stops.append(self._campaigns.stop)
        self.lamps.start()
        self._stops.append(self.lamps.stop)
        self._watch.start()
        self._stops.append(self._watch.stop)
        self._stops.append(self.measuring.stop)
        await self.measuring.start()
        await self._api_server.start()
        self._stops.append(self._api_server.stop)

    async def stop(self) -> None:
        """Last started first. Safe to call twice."""
        while self._stops:
            try:
                await self._stops.pop()()
            except (ApplianceError, OSError) as error:
                logger.error("a part did not stop cleanly: %s", error)

    async def _stop_deciding(self) -> None:
        self.routing.stop()
        self.contacts.processes.close()
        if self._adopting is not None:
            self._adopting.cancel()
            await asyncio.gather(self._adopting, return_exceptions=True)

    def _prepare(self, store: Store) -> None:
        install_default_flows(store, self._clock, self._settings.configuration.box.language)
        now = self._clock()
        store.boots.seen(now)
        self.contacts.last_agents.load(store.contacts.talks(limit=MOST_KEPT))
        earliest = iso_utc(now.wall_s - LONGEST_DAY_S)
        for record in store.records.between(earliest, iso_utc(now.wall_s + 1), limit=MOST_RECORDS):
            self._count(record)

    def _count(self, record: dict[str, Any]) -> None:
        """Records count on the day on which the contact ended."""
        ended = record.get("DisconnectTimestamp") or record["LastUpdateTimestamp"]
        self._numbers.add(calendar_day(_wall_s(ended)), record)

    def _forget_listener(self, contact: ContactId) -> None:
        if self.listening.close(contact):
            self.greetings.look()

    async def _stop_listening(self) -> None:
        self.listening.close_all()

    async def _publish(self) -> None:
        await self._publisher.refresh(self._settings.configuration)

    def _plan_changed(self) -> None:
        self._link.broadcast(DialPlanChanged())
        self.lamps.wake()

    async def _end_dialog(self, sip_call_id: str) -> int:
        return await self._edge.run(end_dialog(sip_call_id))


async def serve(config_file: Path) -> None:
    """Run a switchboard until SIGTERM or SIGINT; SIGHUP reloads the configuration. Raises ApplianceError."""
    manager = ServiceManager()
    switchboard = Switchboard(config_file)
    _migrate(switchboard.paths)
    stopping, reloading = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    loop.add_signal_handler(signal.SIGHUP, reloading.set)
    await switchboard.start()
    gc.freeze()  # what is there now stays: no need to look through it ever again
    reloader = asyncio.create_task(_reload_on_request(switchboard, manager, reloading))
    manager.ready("serving")
    logger.info("switchboard serves")
    try:
        await stopping.wait()
    finally:
        manager.stopping()
        reloader.cancel()
        await asyncio.gather(reloader, return_exceptions=True)
        await switchboard.stop()
        logger.info("switchboard stopped; calls go on")


def _migrate(paths: BoxPaths) -> None:
    """Bring the store up to date and begin anew: what that needs would otherwise stay in memory for months."""
    paths.make()
    if Store.bring_up_to_date(paths.store):
        os.execv(sys.executable, sys.orig_argv)


async def _reload_on_request(switchboard: Switchboard, manager: ServiceManager, wanted: asyncio.Event) -> None:
    while True:
        await wanted.wait()
        wanted.clear()
        try:
            result = await switchboard.api.reload()
            logger.info("configuration read again: %s", result)
        except ApplianceError as error:
            logger.error("configuration not read again: %s", error)


def _report_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.critical("%s failed: %s", task.get_name(), error, exc_info=error)


def _wall_s(text: str) -> float:
    """Seconds since the epoch of `2026-11-22T09:30:00Z`."""
    return datetime.fromisoformat(text).timestamp()
