"""The one long-lived connection on which orders come: a WebSocket with heartbeat; where none goes through, long polls.

An order is stored before it is taken. One that isn't signed by the console, or is for another box, ends the connection:
nothing behind it can be believed either.
"""

from __future__ import annotations

import asyncio
import logging
import random

import aiohttp
import msgspec

from appliance.cloud import paths
from appliance.cloud.orders import Taken
from appliance.cloud.signing import MOST_BYTES
from appliance.errors import CloudError, SyncError
from appliance.store.connection import Connection
from appliance.sync.delivering.backoff import wait_s
from appliance.sync.down.desired import PROBATION_S
from appliance.sync.down.inbox import Inbox
from appliance.sync.down.working import DRIFT_S, Workman
from appliance.sync.ground import Ground
from appliance.sync.identity.identity import Identity, load_identity

logger = logging.getLogger(__name__)
HEARTBEAT_S = 30.0
POLL_S = 50.0
POLL_TIMEOUT_S = 80.0
POLLING_S = 600.0  # how long polls go on before a WebSocket is tried again
REFUSED = frozenset({401, 403})
WARNING = "orders"  # in `Ground.warnings`


class OrderRefusedError(SyncError):
    """Something came that isn't an order of this console for this box."""


async def run(ground: Ground) -> None:
    """Ends only when it is cancelled. Raises SyncError where the identity can't be used."""
    await Listener(ground, load_identity(ground.paths.data)).run()


class Listener:
    def __init__(
        self,
        ground: Ground,
        identity: Identity,
        *,
        probation_s: float = PROBATION_S,
        drift_s: float = DRIFT_S,
    ) -> None:
        self._ground = ground
        self._identity = identity
        self.workman = Workman(
            ground, identity, reconnect=self.reconnect, probation_s=probation_s, drift_s=drift_s
        )  # fmt: skip
        self._failures = 0
        self._polls_until = float("-inf")
        self._hurry = asyncio.Event()
        self._connection: asyncio.Task[None] | None = None

    def reconnect(self) -> None:
        """Something was applied: the console has to be reached anew before that counts as good."""
        if self._connection is not None:
            self._connection.cancel()

    async def run(self) -> None:
        """Ends only when it is cancelled."""
        self._ground.hurried.append(self._hurry.set)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.workman.run())
                group.create_task(self._connect_always())
        finally:
            self._ground.hurried.remove(self._hurry.set)

    async def _connect_always(self) -> None:
        while True:
            self._connection = asyncio.create_task(self._connect())
            try:
                await asyncio.wait({self._connection})
            finally:
                self._connection.cancel()
                await asyncio.gather(self._connection, return_exceptions=True)
            if self._connection.cancelled():
                continue  # `reconnect`
            error = self._connection.exception()
            if error is None:
                continue
            if not isinstance(error, SyncError | CloudError | aiohttp.ClientError | OSError | TimeoutError):
                raise error
            self._failures += 1
            logger.info("no orders can come: %s", error)
            await self._pause(wait_s(self._failures, random.random()))

    async def _connect(self) -> None:
        if self._ground.clock().mono_s < self._polls_until:
            await self._poll_once()
            return
        try:
            await self._hear()
        except aiohttp.WSServerHandshakeError as error:
            if error.status in REFUSED:
                raise
            await self._poll_once()  # something in between takes no WebSocket
            self._polls_until = self._ground.clock().mono_s + POLLING_S
            logger.info("no WebSocket goes through to the console (%d): polling", error.status)

    async def _hear(self) -> None:
        url = f"{self._ground.console.url}{paths.DOWN_SOCKET}?after={await self._last()}"
        session = self._ground.console.session
        async with session.ws_connect(url, heartbeat=HEARTBEAT_S, max_msg_size=MOST_BYTES * 2) as socket:
            self._was_reached()
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    break
                await self._take(message.data.encode())
                await socket.send_str(msgspec.json.encode(Taken(number=await self._last())).decode())
        raise SyncError(f"the console ended the connection ({socket.close_code})")

    async def _poll_once(self) -> None:
        url = f"{self._ground.console.url}{paths.DOWN_POLL}?after={await self._last()}&wait_s={POLL_S}"
        limit = aiohttp.ClientTimeout(total=POLL_TIMEOUT_S)
        async with self._ground.console.session.get(url, timeout=limit) as answer:
            answer.raise_for_status()
            told = await answer.read()
        self._was_reached()
        try:
            documents = msgspec.json.decode(told, type=list[msgspec.Raw])
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise OrderRefusedError(f"the console's answer to a poll makes no sense: {error}") from error
        for document in documents:
            await self._take(bytes(document))

    async def _take(self, document: bytes) -> None:
        """Raises OrderRefusedError."""
        try:
            number = await self._ground.state.run(lambda c: self._inbox(c).store(document))
        except CloudError as error:
            self._ground.warnings[WARNING] = f"an order was refused: {error}"
            raise OrderRefusedError(f"refused: {error}") from error
        if number is None:
            logger.warning("an order of the console came a second time; it was ignored")
            return
        self._ground.warnings.pop(WARNING, None)
        self.workman.woken()

    async def _last(self) -> int:
        return await self._ground.state.run(lambda c: self._inbox(c).last())

    def _inbox(self, connection: Connection) -> Inbox:
        return Inbox(connection, box=self._identity.box, keys=self._identity.signing_keys)

    def _was_reached(self) -> None:
        self._failures = 0
        self._ground.reached()
        self.workman.reached()

    async def _pause(self, most_s: float) -> None:
        self._hurry.clear()
        try:
            async with asyncio.timeout(most_s):
                await self._hurry.wait()
        except TimeoutError:
            return
