"""The switchboard: its parts, started in order, stopped in reverse, until somebody asks it to stop.

Order: store, dial plan, ledger, what the store knows of the time before, link, what follows the contacts, API. What
the parts are and how they hang together is in `parts`; nobody else builds any.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from appliance import clock
from appliance.config.paths import BoxPaths
from appliance.errors import ApplianceError
from appliance.store.store import Store
from appliance.switchboard.api.administration import administration
from appliance.switchboard.api.api_server import ApiServer
from appliance.switchboard.api.changes import install_default_flows
from appliance.switchboard.api.running import Api
from appliance.switchboard.keeping.housekeeper import Housekeeper
from appliance.switchboard.parts.entrance import Entrance
from appliance.switchboard.parts.ground import Ground
from appliance.switchboard.parts.meetings import Meetings
from appliance.switchboard.parts.messages_and_lamps import MessagesAndLamps
from appliance.switchboard.parts.outbound import Outbound
from appliance.switchboard.parts.under_way import UnderWay
from appliance.switchboard.parts.views import Views
from appliance.switchboard.parts.workplace import Workplace
from appliance.switchboard.routing.last_agents import MOST_KEPT
from appliance.switchboard.service_manager import ServiceManager

logger = logging.getLogger(__name__)


class Switchboard:
    """One box's switchboard. `start` returns when it serves; `stop` leaves every call alone."""

    def __init__(self, config_file: Path, *, now: clock.Clock = clock.now) -> None:
        """Raises ConfigError."""
        self.ground = ground = Ground(config_file, now)
        self.under_way = under_way = UnderWay(ground)
        self.messages_and_lamps = MessagesAndLamps(ground, under_way)
        self.meetings = meetings = Meetings(ground, under_way)
        self.outbound = Outbound(ground, under_way, meetings)
        self._entrance = Entrance(ground, under_way, meetings, self.outbound)
        self._workplace = Workplace(ground, under_way, meetings, self.messages_and_lamps)
        self.housekeeper = Housekeeper(
            store=ground.store,
            paths=ground.paths,
            configuration=lambda: ground.settings.configuration,
            clock=ground.clock,
            messages_changed=self.messages_and_lamps.messages.look,
            publish=ground.publish,
        )
        self.views = Views(ground, under_way, lambda: self.housekeeper.warnings)
        self.api = self._api()
        self._api_server = ApiServer(ground.paths.api_socket, self.api.perform)
        self._adopting: asyncio.Task[None] | None = None
        self._stops: list[Callable[[], Awaitable[None]]] = []

    def _api(self) -> Api:
        ground, meetings, outbound, workplace = self.ground, self.meetings, self.outbound, self._workplace
        administrating = administration(ground.settings.configuration, ground.paths, ground.clock)
        administrating.let_console_steer(ground.settings.file)
        return Api(
            store=ground.store,
            ledger=ground.ledger,
            administration=administrating,
            measuring=self.views.measuring,
            live=self.views.live,
            live_view=self.views.live_view,
            campaigns=outbound.campaigns,
            callbacks=outbound.callbacks,
            dialling=outbound.dialling,
            routing=self.under_way.routing,
            publisher=ground.publisher,
            settings=ground.settings,
            edge=ground.edge,
            shift=workplace.shift,
            access=workplace.access,
            outcomes=workplace.outcomes,
            supervisors=meetings.supervisors,
            orbits=meetings.orbits,
            desk=workplace.desk,
            messages_changed=self.messages_and_lamps.messages.look,
            housekeeper=self.housekeeper,
        )

    async def start(self) -> None:
        """Raises ApplianceError or OSError, with everything stopped again."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        ground, under_way, entrance = self.ground, self.under_way, self._entrance
        await asyncio.to_thread(ground.paths.make)
        await ground.store.open()
        self._stops.append(ground.store.close)
        await ground.store.run(self._prepare)
        await ground.publish()
        ground.ledger.start()
        self._stops.append(ground.ledger.stop)
        await entrance.adoption.load(ground.store, ground.paths.spool)
        self._stops.append(under_way.finisher.close)
        self._stops.append(under_way.caretaker.stop)
        await entrance.link.start()
        self._stops.append(entrance.link.stop)
        self._adopting = asyncio.create_task(entrance.adoption.run(), name="adoption")
        self._adopting.add_done_callback(_report_failure)
        self._stops.append(self._stop_deciding)
        self._stops.append(self.outbound.errands.stop)
        await self._start_messages()
        self.housekeeper.start()
        self._stops.append(self.housekeeper.stop)
        await self.outbound.campaigns.start()
        self._stops.append(self.outbound.campaigns.stop)
        self.messages_and_lamps.lamps.start()
        self._stops.append(self.messages_and_lamps.lamps.stop)
        ground.watch.start()
        self._stops.append(ground.watch.stop)
        self._stops.append(self.views.measuring.stop)
        await self.views.measuring.start()
        await self._api_server.start()
        self._stops.append(self._api_server.stop)

    async def _start_messages(self) -> None:
        told = self.messages_and_lamps
        await asyncio.to_thread(told.listening.start)
        self._stops.append(told.stop_listening)
        told.greetings.perform = self.api.perform
        told.greetings.look()
        self._stops.append(told.greetings.stop)
        told.messages.look()
        self._stops.append(told.messages.stop)

    async def stop(self) -> None:
        """Last started first. Safe to call twice."""
        while self._stops:
            try:
                await self._stops.pop()()
            except (ApplianceError, OSError) as error:
                logger.error("a part did not stop cleanly: %s", error)

    async def _stop_deciding(self) -> None:
        self.under_way.routing.stop()
        self.under_way.contacts.processes.close()
        if self._adopting is not None:
            self._adopting.cancel()
            await asyncio.gather(self._adopting, return_exceptions=True)

    def _prepare(self, store: Store) -> None:
        install_default_flows(store, self.ground.clock, self.ground.settings.configuration.box.language)
        store.boots.seen(self.ground.clock())
        self.under_way.contacts.last_agents.load(store.contacts.talks(limit=MOST_KEPT))
        self.under_way.days.load(store)


async def serve(config_file: Path) -> None:
    """Run a switchboard until SIGTERM or SIGINT; SIGHUP reloads the configuration. Raises ApplianceError."""
    manager = ServiceManager()
    switchboard = Switchboard(config_file)
    _migrate(switchboard.ground.paths)
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
