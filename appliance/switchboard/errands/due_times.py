"""When the next errand is due: the one timer for all that wait for their time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from appliance.acd.errands import Errand
from appliance.clock import Clock
from appliance.switchboard.errands.attempts import instant

LOOK_AGAIN_S = 60.0  # the wall clock may be set meanwhile


class DueTimes:
    """`waiting` says who waits, `look` is called when one of them may be due."""

    def __init__(self, waiting: Callable[[], Iterable[Errand]], look: Callable[[], None], clock: Clock) -> None:
        self._waiting = waiting
        self._look = look
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None

    def follow(self) -> None:
        """Others wait now than before."""
        self.stop()
        now = self._clock()
        waiting = [instant(errand.due, now) for errand in self._waiting()]
        if waiting:
            delay_s = min(max(0.0, min(waiting) - now.mono_s), LOOK_AGAIN_S)
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._look)

    def due(self) -> list[Errand]:
        """Whose time has come."""
        now = self._clock()
        return [errand for errand in self._waiting() if instant(errand.due, now) <= now.mono_s]

    def stop(self) -> None:
        """Safe to call twice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
