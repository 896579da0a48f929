"""Keeps what the edge shows phones like our own picture: differences only, one after the other, newest wins.

Runs beside the call path and never in it: whoever changes something only wakes the board, which looks a moment later,
so a hundred changes at once are one look. A dead edge is tried again; one that has started anew gets everything anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

import msgspec

from appliance.clock import monotonic_s
from appliance.edge.publishing import EXPIRES_S, State, StatePackage
from appliance.errors import EdgeError
from appliance.switchboard.lamps.lamp import Lamp, Messages, dialog_body, messages_body
from appliance.switchboard.tasks import end

logger = logging.getLogger(__name__)

GATHER_S = 0.05
AWAY_S = 1.0
LOOK_S = 3.0  # how soon an edge that has started anew is noticed
RENEW_S = EXPIRES_S / 2


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What stands at the edge. seen: None for what somebody before us has left; visit: of a lit lamp; at: monotonic."""

    seen: Lamp | Messages | None = None
    visit: str
    at: float = 0.0


class Publishes(Protocol):
    """What `edge.publishing.StatePublisher` does."""

    @property
    def run(self) -> int:
        """Another number whenever all that was published is gone."""

    @property
    def standing(self) -> Collection[State]:
        """What is published now."""

    async def confirm(self) -> None:
        """Whether the edge is still the one we know. Raises EdgeError."""

    async def publish(self, state: State, body: str, *, final: bool = False) -> None: ...

    def close(self) -> None: ...


class Board:
    """`picture` gives the lit lamps, `messages` what waits for whom. `show` is for lamps that only others know."""

    def __init__(
        self,
        publisher: Publishes,
        *,
        domain: str,
        picture: Callable[[], Mapping[str, Lamp]],
        messages: Callable[[], Mapping[str, Messages]] = dict,
    ) -> None:
        self._publisher = publisher
        self._domain = domain
        self._picture = picture
        self._messages = messages
        self._own: dict[str, Lamp] = {}
        self._shown: dict[State, Shown] = {}
        self._run = -1
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._away = False
        self._confirmed = -LOOK_S
        self._visits = secrets.token_hex(4)
        self._count = 0

    def wake(self) -> None:
        """Something may have changed. Costs nothing, returns at once."""
        self._woken.set()

    def show(self, user: str, lamp: Lamp) -> None:
        """Light a lamp that is in nobody's picture, such as an orbit's; `Lamp.DARK` puts it out."""
        if lamp is Lamp.DARK:
            self._own.pop(user, None)
        else:
            self._own[user] = lamp
        self.wake()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run_on(), name="lamps")

    async def stop(self) -> None:
        """Lamps stay as they are: the switchboard may be back in a moment. Safe to call twice."""
        task, self._task = self._task, None
        await end((task,))
        self._publisher.close()

    async def _run_on(self) -> None:
        while True:
            try:
                if monotonic_s() - self._confirmed >= LOOK_S:
                    await self._publisher.confirm()
                    self._confirmed = monotonic_s()
                await self._level()
                self._note(away=False)
            except EdgeError as error:
                self._confirmed = -LOOK_S
                self._note(away=True, why=str(error))
                await asyncio.sleep(AWAY_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._woken.wait()
            await asyncio.sleep(GATHER_S)
            self._woken.clear()

    async def _level(self) -> None:
        """Publish what differs, until nothing does."""
        while differences := self._differences():
            run = self._publisher.run
            for state, seen in differences:
                await self._publish(state, seen)
                if run != self._publisher.run:
                    break

    def _differences(self) -> list[tuple[State, Lamp | Messages]]:
        if self._run != self._publisher.run:
            self._run = self._publisher.run
            self._shown = {state: Shown(visit=self._new_visit()) for state in self._publisher.standing}
        wanted = self._wanted()
        stale = monotonic_s() - RENEW_S
        found = [(state, seen) for state, seen in wanted.items() if self._is_due(state, seen, stale)]
        for state in self._shown.keys() - wanted.keys():
            nothing = Lamp.DARK if state.package is StatePackage.DIALOG else Messages()
            if self._shown[state].seen != nothing:
                found.append((state, nothing))
        return found

    def _wanted(self) -> dict[State, Lamp | Messages]:
        wanted: dict[State, Lamp | Messages] = {}
        for user, lamp in {**self._picture(), **self._own}.items():
            wanted[State(package=StatePackage.DIALOG, user=user)] = lamp
        for user, messages in self._messages().items():
            wanted[State(package=StatePackage.MESSAGES, user=user)] = messages
        return wanted

    def _is_due(self, state: State, seen: Lamp | Messages, stale: float) -> bool:
        shown = self._shown.get(state)
        return shown is None or shown.seen != seen or shown.at < stale

    async def _publish(self, state: State, seen: Lamp | Messages) -> None:
        shown = self._shown.get(state)
        visit = shown.visit if shown is not None else self._new_visit()
        if isinstance(seen, Messages):
            await self._publisher.publish(state, messages_body(state.user, self._domain, seen))
        else:
            body = dialog_body(state.user, self._domain, seen, visit)
            await self._publisher.publish(state, body, final=seen is Lamp.DARK)
        self._shown[state] = Shown(seen=seen, visit=visit, at=monotonic_s())
        if seen is Lamp.DARK:
            del self._shown[state]

    def _new_visit(self) -> str:
        self._count += 1
        return f"{self._visits}-{self._count}"

    def _note(self, *, away: bool, why: str = "") -> None:
        if away and not self._away:
            logger.info("lamps are not shown now: %s", why)
        self._away = away
