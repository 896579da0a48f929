"""Carries out stored orders, one after the other, and watches what has to be watched in between: the probation of the
last change, and the technician's changes.

An order that can't be carried out now (the switchboard is away) is tried again; the ones behind it wait.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from functools import partial

import msgspec

from appliance.cloud.errors import MalformedError, SignatureError
from appliance.cloud.orders import COMMAND_RESULT, Command, DesiredState, LegalHold, Order, Revoked, Tombstone
from appliance.errors import RequestError, SyncError
from appliance.store.connection import Connection
from appliance.sync.down import commands
from appliance.sync.down.commands import Afterwards, Result
from appliance.sync.down.desired import PROBATION_S, Desired
from appliance.sync.down.inbox import Inbox
from appliance.sync.ground import Ground
from appliance.sync.identity.identity import Identity, store_console

logger = logging.getLogger(__name__)
AGAIN_S = 5.0  # after something went wrong
DRIFT_S = 60.0  # between two looks for the technician's changes


class Workman:
    """reconnect: has the console reached anew; `reached` is to be called whenever it was, `woken` when an order has
    been stored."""

    def __init__(
        self,
        ground: Ground,
        identity: Identity,
        *,
        reconnect: Callable[[], None],
        probation_s: float = PROBATION_S,
        drift_s: float = DRIFT_S,
    ) -> None:
        self._ground = ground
        self._identity = identity
        self._reconnect = reconnect
        self._desired = Desired(ground, probation_s=probation_s)
        self._drift_s = drift_s
        self._news = asyncio.Event()
        self._was_reached = False

    def woken(self) -> None:
        self._news.set()

    def reached(self) -> None:
        """The console answered on a connection that was made after everything that has been applied so far."""
        self._was_reached = True
        self._news.set()

    async def run(self) -> None:
        """Ends only when it is cancelled."""
        while True:
            try:
                wait_s = await self._round()
            except (SyncError, RequestError) as error:
                logger.info("what the console ordered has to wait: %s", error)
                wait_s = AGAIN_S
            except (SignatureError, MalformedError) as error:
                logger.error("a stored order can't be believed: %s", error)
                self._ground.warnings["orders"] = "a stored order of the console can't be believed any more"
                wait_s = self._drift_s
            await self._rest(wait_s)

    async def _round(self) -> float:
        """Everything there is to do; how long to wait then at most."""
        while True:
            await self._tell_answers()
            left_s = await self._watch_probation()
            order = await self._ground.state.run(lambda c: self._inbox(c).next())
            if order is None:
                break
            await self._carry_out(order)
        latest = await self._ground.state.run(lambda c: self._inbox(c).latest_desired())
        if latest is not None:
            await self._desired.look_for_drift(latest)
        return self._drift_s if left_s is None else min(left_s, self._drift_s)

    async def _watch_probation(self) -> float | None:
        """Seconds that are left of it, None: there is none."""
        probation = await self._desired.probation()
        if probation is None:
            self._was_reached = False
            return None
        if self._was_reached:
            self._was_reached = False
            await self._desired.passed()
            return None
        left_s = self._desired.left_s(probation)
        if left_s > 0:
            return left_s
        await self._desired.put_back(probation)
        return None

    async def _carry_out(self, order: Order) -> None:
        logger.info("order %d of the console: %s", order.number, order.__struct_config__.tag)
        match order:
            case DesiredState():
                if await self._desired.carry_out(order):
                    self._was_reached = False
                    self._reconnect()
            case Command():
                await self._command(order)
            case Tombstone() | LegalHold():
                await self._erasure(order)
            case Revoked():
                told = msgspec.structs.replace(self._identity.console, revoked=order.reason or "revoked")
                store_console(self._ground.paths.data, told)
                self._ground.identity_changed()
        await self._ground.state.run(lambda c: self._inbox(c).done(order.number))

    async def _command(self, order: Command) -> None:
        """At most once, whatever happens meanwhile; the answer is told when the switchboard takes it."""
        await self._answer(order, Result(ok=False, text="the box was interrupted while it carried this out"))
        result = await commands.carry_out(self._ground, order)
        await self._answer(order, result)
        if result.afterwards is Afterwards.END:
            await _end()
        try:
            await self._tell_answers()
        except SyncError as error:
            logger.info("the answer to a command has to wait: %s", error)
        if result.afterwards is Afterwards.IDENTITY_CHANGED:
            self._ground.identity_changed()

    async def _answer(self, order: Command, result: Result) -> None:
        content = {"number": order.number, "command": order.command.value, "ok": result.ok, "text": result.text}
        text = msgspec.json.encode(content).decode()
        await self._ground.state.run(lambda c: self._inbox(c).answered(order.number, text))

    async def _tell_answers(self) -> None:
        """Raises SyncError where the switchboard isn't there."""
        for number, text in await self._ground.state.run(lambda c: self._inbox(c).answers()):
            content = msgspec.json.decode(text)
            await self._ground.switchboard.call("outbox.note", kind=COMMAND_RESULT, content=content)
            await self._ground.state.run(partial(self._told, number))

    def _told(self, number: int, connection: Connection) -> None:
        self._inbox(connection).told(number)

    async def _erasure(self, order: Tombstone | LegalHold) -> None:
        op = "erasure.hold" if isinstance(order, LegalHold) else "erasure.carry_out"
        args = msgspec.to_builtins(order)
        wanted = ("hold", "contacts", "on") if isinstance(order, LegalHold) else (
            "request", "number", "contacts", "customer",
        )  # fmt: skip
        try:
            await self._ground.switchboard.call(op, **{name: args[name] for name in wanted})
        except RequestError as error:  # it would be refused again
            logger.error("order %d of the console was refused by the switchboard: %s", order.number, error)

    def _inbox(self, connection: Connection) -> Inbox:
        return Inbox(connection, box=self._identity.box, keys=self._identity.signing_keys)

    async def _rest(self, most_s: float) -> None:
        try:
            async with asyncio.timeout(most_s):
                await self._news.wait()
        except TimeoutError:
            pass
        self._news.clear()


async def _end() -> None:
    """The service stops as if its supervisor had said so, and is started again: the next process tells the answer, so
    that it is true. Returns never; it is cancelled."""
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.Event().wait()
