"""The sync service: waits until the box belongs to a console, then runs its parts until somebody asks it to stop.

A part is a module with `run(ground)`, a coroutine that ends only when it is cancelled; one that fails is started again
after a while and never takes the others along. Nothing here is on the way of a call.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from appliance import clock
from appliance.config.contact_settings import box_paths
from appliance.config.lastgood import LastGood
from appliance.config.schema import Configuration
from appliance.errors import ApplianceError, SyncError
from appliance.switchboard.service_manager import ServiceManager
from appliance.sync.control import Control
from appliance.sync.ground import Ground
from appliance.sync.pacing import Pace
from appliance.sync.state.state_thread import StateThread
from appliance.sync.wire.console_link import ConsoleLink
from appliance.sync.wire.credentials import Credentials, credentials_mark, present_credentials
from appliance.sync.wire.switchboard_link import SwitchboardLink

logger = logging.getLogger(__name__)

# One line each; imported when the service starts, so that 'linekeeper sync status' needs none of them.
PARTS: tuple[str, ...] = (
    "appliance.sync.delivering.runner",
    "appliance.sync.live.sender",
    "appliance.sync.noting.snapshots",
    "appliance.sync.noting.devices",
    "appliance.sync.identity.renewing",
    "appliance.sync.down.listening",
    "appliance.sync.recordings.uploading",
)
RESTART_S = 5.0
LOOK_S = 2.0  # how often an identity is looked for
BYTES_A_KBIT = 125

Part = Callable[[Ground], Awaitable[None]]


class SyncService:
    """`run` until cancelled. credentials: the box's present ones, None while it belongs to no console."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        credentials: Callable[[], Credentials | None],
        now: clock.Clock = clock.now,
        parts: tuple[Part, ...] | None = None,
    ) -> None:
        self.configuration = configuration
        self.paths = box_paths(configuration)
        self._credentials = credentials
        self._clock = now
        self._parts = parts
        self._renewed = asyncio.Event()
        self.reconfigure: Callable[[], None] = lambda: None
        self.ground: Ground | None = None

    async def run(self) -> None:
        """Raises StoreError or OSError where its files can't be used."""
        state = StateThread(self.paths.sync_db)
        await state.open()
        control = Control(self.paths.sync_socket, self)
        await control.start()
        try:
            while True:
                await self._with(await self._identity(), state)
        finally:
            await control.stop()
            await state.close()

    def identity_changed(self) -> None:
        """Enrolled, renewed or taken away: everything begins anew with what the box has now."""
        self._renewed.set()

    def hurry(self) -> None:
        """A person wants everything tried now."""
        for told in self.ground.hurried if self.ground is not None else ():
            told()

    def configure(self, configuration: Configuration) -> None:
        """`[sync]` has changed."""
        self.configuration = configuration
        if self.ground is not None:
            self.ground.settings = configuration.sync
            self.ground.pace.limit(_bytes_per_s(configuration), self._clock().mono_s)

    async def _identity(self) -> Credentials:
        while True:
            self._renewed.clear()
            try:
                found = self._credentials()
            except ApplianceError as error:
                logger.error("%s", error)
                found = None
            if found is not None:
                return found
            await self._wait_for_news(LOOK_S)

    async def _wait_for_news(self, most_s: float) -> None:
        try:
            async with asyncio.timeout(most_s):
                await self._renewed.wait()
        except TimeoutError:
            return

    async def _with(self, credentials: Credentials, state: StateThread) -> None:
        """Until the identity is another."""
        mark = credentials_mark(self.paths.data)
        pace = Pace(_bytes_per_s(self.configuration), self._clock().mono_s)
        try:
            link = ConsoleLink(credentials, pace=pace, now=clock.monotonic_s, wall=lambda: self._clock().wall_s)
        except SyncError as error:
            logger.error("%s", error)
            await self._wait_for_news(RESTART_S)
            return
        self.ground = ground = Ground(
            settings=self.configuration.sync,
            paths=self.paths,
            clock=self._clock,
            state=state,
            switchboard=SwitchboardLink(self.paths.api_socket),
            console=link,
            pace=pace,
            minutes_of_day=_minutes_of_day,
            identity_changed=self.identity_changed,
            reconfigure=self.reconfigure,
        )
        tasks = [asyncio.create_task(_kept(part, ground)) for part in self._parts or installed()]
        try:
            logger.info("box %s talks to %s", credentials.box, link.url)
            while not self._renewed.is_set() and credentials_mark(self.paths.data) == mark:
                await self._wait_for_news(LOOK_S)
        finally:
            self.ground = None
            try:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            finally:  # also where the service is stopped meanwhile
                await link.close()


def installed() -> tuple[Part, ...]:
    """All of them."""
    return tuple(importlib.import_module(name).run for name in PARTS)


async def _kept(part: Part, ground: Ground) -> None:
    while True:
        try:
            await part(ground)
            logger.error("%s ended by itself", part.__module__)
        except ApplianceError as error:
            logger.error("%s failed: %s", part.__module__, error)
        except Exception:  # a fault of one part must not keep the others from their work
            logger.exception("%s failed in an unforeseen way", part.__module__)
        await asyncio.sleep(RESTART_S)


def _bytes_per_s(configuration: Configuration) -> float | None:
    return configuration.sync.kbit_s * BYTES_A_KBIT or None


def _minutes_of_day() -> int:
    now = time.localtime()
    return now.tm_hour * 60 + now.tm_min


async def serve(config_file: Path) -> None:
    """Run the service until SIGTERM or SIGINT; SIGHUP reads the configuration again. Raises ApplianceError, OSError."""
    manager = ServiceManager()
    configuration = LastGood(config_file, keep=False).load().configuration
    data = box_paths(configuration).data
    service = SyncService(configuration, credentials=lambda: present_credentials(data))
    service.reconfigure = lambda: _reload(service, config_file)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: _reload(service, config_file))
    running = asyncio.create_task(service.run())
    stop = asyncio.create_task(stopping.wait())
    manager.ready("serving")
    await asyncio.wait({running, stop}, return_when=asyncio.FIRST_COMPLETED)
    manager.stopping()
    running.cancel()
    for found in await asyncio.gather(running, return_exceptions=True):
        if isinstance(found, Exception):
            raise found
    stop.cancel()


def _reload(service: SyncService, config_file: Path) -> None:
    try:
        service.configure(LastGood(config_file, keep=False).load().configuration)
    except ApplianceError as error:
        logger.error("configuration not read again: %s", error)
