"""What missing loop current means while a DAA is off-hook: nothing yet, the exchange's disconnect, or no line. Pure.

Our own flash isn't the exchange's break: while it lasts nothing is watched.
"""

from __future__ import annotations

NO_CURRENT_S = 0.5  # off-hook without loop current for so long at the start: there is no line


class LoopCurrent:
    """drop_s: how long a break must be to be a disconnect. sensed: whether there is a pin that tells of current.

    seen: current has flowed since we went off-hook.
    """

    def __init__(self, drop_s: float, *, sensed: bool) -> None:
        self.seen = False
        self._drop_s = drop_s
        self._sensed = sensed
        self._off_hook = self._flashing = False
        self._gone_at: float | None = None

    def off_hook(self, now: float) -> None:
        self._off_hook, self._flashing, self.seen = True, False, False
        self._gone_at = now if self._sensed else None

    def on_hook(self) -> None:
        self._off_hook, self._flashing, self._gone_at = False, False, None

    def flash(self, *, on: bool) -> None:
        self._flashing = on

    def told(self, flows: bool, now: float) -> None:
        """By the pin."""
        if self._off_hook and not self._flashing:
            self.seen = self.seen or flows
            self._gone_at = None if flows else (self._gone_at or now)

    @property
    def broken_at(self) -> float | None:
        """When missing current counts."""
        if self._gone_at is None:
            return None
        return self._gone_at + (self._drop_s if self.seen else NO_CURRENT_S)

    def forget_break(self) -> None:
        """It has been told."""
        self._gone_at = None
