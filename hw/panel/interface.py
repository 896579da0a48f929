"""A front panel as the panel service sees it: lights that show signs, a button that means something.

What a panel *is* (`Panel`) lives apart from how its pins are driven (`PanelPort`). A port MUST override all of its
methods; `Panel` is not for overriding. One thread uses a panel.
"""

from __future__ import annotations

import abc
import time
from collections import deque
from typing import Protocol, runtime_checkable

from hw.devices import Backend, Found
from hw.panel.button import ButtonEvent
from hw.panel.core import Burn, PanelCore
from hw.panel.patterns import Sign
from hw.panel.wiring import PanelWiring


class PanelPort(abc.ABC):
    """The pins of one open panel."""

    found: Found
    wiring: PanelWiring

    @abc.abstractmethod
    def burn(self, light: str, on: bool) -> None:
        """Of those that are wired."""

    @abc.abstractmethod
    def next_change(self, timeout_s: float) -> tuple[bool, float] | None:
        """The button: whether it is down, and when that was (monotonic seconds); None: nothing by then."""

    @abc.abstractmethod
    def close(self) -> None:
        """All dark. Twice is safe."""


class Panel:
    """One panel that is open."""

    def __init__(self, port: PanelPort) -> None:
        self.found = port.found
        self.lights = tuple(port.wiring.lights)
        self._port = port
        self._core = PanelCore(self.lights)
        self._events: deque[ButtonEvent] = deque()

    def show(self, light: str, sign: Sign) -> None:
        """`light`: a name of `lights`; one that isn't wired shows nothing."""
        self._burn(self._core.show(light, sign, time.monotonic()))

    def next_event(self, timeout_s: float = 0.0) -> ButtonEvent | None:
        """What the button means; None: nothing by then. Lights blink only while this is called again and again."""
        until = time.monotonic() + timeout_s
        while not self._events:
            now = time.monotonic()
            due = self._core.next_timer(now)
            wait_s = max(0.0, min(until, due if due is not None else until) - now)
            if (change := self._port.next_change(wait_s)) is not None:
                self._events.extend(self._core.pressed(*change))
            burns, events = self._core.handle_timer(time.monotonic())
            self._burn(burns)
            self._events.extend(events)
            if time.monotonic() >= until:
                break
        return self._events.popleft() if self._events else None

    def close(self) -> None:
        """Twice is safe."""
        self._port.close()

    def __enter__(self) -> Panel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _burn(self, orders: list[Burn]) -> None:
        for order in orders:
            self._port.burn(order.light, order.on)


@runtime_checkable
class PanelBackend(Backend, Protocol):
    """A backend of kind PANEL."""

    def open(self, found: Found) -> PanelPort:
        """Raises DeviceError (absent, busy, gone)."""
