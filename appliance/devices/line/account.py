"""What a line's service tells of its line: a line of log for what happens, and the board for how it stands.

Must not change anything: it only looks.
"""

from __future__ import annotations

import logging
import os
import time

from appliance.devices.line.board import Board, LineShown
from appliance.devices.line.plan import LinePlan
from hw.line.interface import LineDriver
from hw.line.signals import CallEnded, DeviceGone, EndReason, LineFound, LineLost, Outcome

_log = logging.getLogger(__name__)
_FAULTS = (EndReason.NO_LINE, EndReason.NO_VOICE)


class Account:
    """calls_in, calls_out: since the service began."""

    def __init__(self, plan: LinePlan, line: LineDriver) -> None:
        self._plan = plan
        self._line = line
        self._board = Board(plan.run)
        self._since = (line.state, time.time())
        self._last_end = ""
        self._calls_in = self._calls_out = 0

    def call_in(self) -> None:
        self._calls_in += 1
        self._tell(logging.INFO, "rings")

    def call_out(self) -> None:
        """Whom it is to is said by nobody."""
        self._calls_out += 1

    def noted(self, news: Outcome) -> None:
        """What the line has told."""
        match news:
            case CallEnded(reason=reason):
                self._last_end = reason.value
                self._tell(logging.WARNING if reason in _FAULTS else logging.INFO, f"ends its call: {reason.value}")
            case LineLost():
                self._tell(logging.WARNING, "is dead; check cable and socket")
            case LineFound():
                self._tell(logging.INFO, "is there")
            case DeviceGone(reason=why):
                self._tell(logging.WARNING, f"is over: its device is {why}")

    def show(self) -> None:
        """On the board, where something has changed."""
        state = self._line.state
        if state is not self._since[0]:
            self._since = (state, time.time())
        shown = LineShown(
            line=self._plan.name,
            kind=self._plan.kind,
            number=self._plan.number,
            state=state.value,
            since=self._since[1],
            device=self._line.found.address,
            model=self._line.model,
            duplex=self._line.abilities.duplex,
            calls_in=self._calls_in,
            calls_out=self._calls_out,
            last_end=self._last_end,
            remarks=(*self._plan.remarks, *self._line.remarks),
            pid=os.getpid(),
        )
        try:
            self._board.show(shown)
        except OSError as error:
            _log.warning("line %s can't be shown: %s", self._plan.name, error)

    def close(self) -> None:
        """The service ends in order."""
        self._board.take_down()

    def _tell(self, level: int, what: str) -> None:
        _log.log(level, "line %s %s", self._plan.name, what, extra=self._plan.fields)
