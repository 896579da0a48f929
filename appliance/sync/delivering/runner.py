"""Runs the courier: asks it what to do, does it, tells it what became of it, for as long as the service lives.

What lies on disks happens in the state's thread, what goes over the network on the loop. Must not decide anything.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from functools import partial

from appliance.errors import RequestError, StoreError
from appliance.stamps import Stamp
from appliance.store.connection import Connection
from appliance.store.outbox import Outbox
from appliance.sync.delivering.actions import Action, Done, Hindered, Note, Outcome, TellOutbox
from appliance.sync.delivering.chain_store import ChainStore
from appliance.sync.delivering.courier import Courier
from appliance.sync.delivering.outage_store import OutageStore
from appliance.sync.ground import Ground
from appliance.sync.wire.switchboard_link import SwitchboardAwayError

logger = logging.getLogger(__name__)

LOOK_S = 0.5  # how often the outbox is looked at
RETRY_S = 2.0  # after a fault of a disk


async def run(ground: Ground) -> None:
    """Until it is cancelled."""
    while True:
        try:
            await _Run(ground).go()
        except StoreError as error:
            ground.warnings["delivery"] = f"nothing can be sent to the console: {error}"
            logger.warning("%s; trying again", error)
            await asyncio.sleep(RETRY_S)


class _Run:
    """From one fault of a disk to the next."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def go(self) -> None:
        """Raises StoreError."""
        ground = self._ground
        store = await ground.state.run(lambda _: Connection.reader(ground.paths.store))
        try:
            courier = await ground.state.run(lambda state: self._courier(state, Outbox(store)))
            ground.warnings.pop("delivery", None)
            self._join(courier)
            ground.hurried.append(self._wake.set)
            await self._work(courier, Outbox(store))
        finally:
            if self._wake.set in ground.hurried:
                ground.hurried.remove(self._wake.set)
            await ground.state.run(lambda _: store.close())

    def _courier(self, state: Connection, outbox: Outbox) -> Courier:
        return Courier(
            chain_store=ChainStore(state, self._ground.console.credentials.box),
            outages=OutageStore(state),
            feed=outbox,
            chance=random.random,
            outage_s=self._ground.settings.outage_s,
        )

    def _join(self, courier: Courier) -> None:
        """Others tell the courier how the link is."""
        ground, clock = self._ground, self._ground.clock
        ground.reached = lambda: self._soon(lambda: courier.reached(clock()))
        ground.missed = lambda why: self._soon(lambda: courier.missed(clock(), why))

    async def _work(self, courier: Courier, outbox: Outbox) -> None:
        ground = self._ground
        while True:
            if self._wake.is_set():
                self._wake.clear()
                await ground.state.run(lambda _: courier.hurry(ground.clock()))
            action = await ground.state.run(lambda _: courier.next(ground.clock()))
            if action is not None:
                outcome = await self._perform(action)
                await ground.state.run(partial(_handle, courier, action, outcome, ground.clock()))
            else:
                await self._pause()
            self._show(courier, await ground.state.run(lambda _: outbox.last()))

    def _show(self, courier: Courier, last: int) -> None:
        """To the other parts. What was thinned out counts as waiting until it would have been sealed."""
        ground, ledger = self._ground, courier.chain
        ground.up = courier.memory.up
        ground.pending_events = ledger.waiting() + max(0, last - ledger.sealed_outbox)
        if ledger.halted:
            ground.warnings["chain"] = ledger.halted
        else:
            ground.warnings.pop("chain", None)

    def _soon(self, deed: Callable[[], None]) -> None:
        task = asyncio.create_task(self._ground.state.run(lambda _: _unless_full(deed)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _perform(self, action: Action) -> Outcome:
        if not isinstance(action, TellOutbox | Note):
            return await self._ground.console.perform(action)
        try:
            if isinstance(action, TellOutbox):
                await self._ground.switchboard.call("outbox.acknowledge", seq=action.seq)
                return Done()
            noted = await self._ground.switchboard.call("outbox.note", kind=action.kind, content=dict(action.content))
            return Done(seq=noted["seq"])
        except (SwitchboardAwayError, RequestError) as error:
            return Hindered(why=str(error))


def _handle(courier: Courier, action: Action, outcome: Outcome, now: Stamp, _state: Connection) -> None:
    courier.handle(action, outcome, now)


def _unless_full(deed: Callable[[], None]) -> None:
    """What is only news of the link may be forgotten by a full disk."""
    try:
        deed()
    except StoreError as error:
        logger.warning("what the link did can't be written down: %s", error)
